using System.Diagnostics.CodeAnalysis;

namespace ManagedRetrieval.Engine.Tensors;

/// <summary>The lengths of a tensor's one to three axes, outermost first.</summary>
public readonly struct Shape : IEquatable<Shape>
{
    private readonly int _first;
    private readonly int _second;
    private readonly int _third;

    /// <summary>A vector's shape.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A length is negative.</exception>
    public Shape(int length)
        : this(1, length, 1, 1, nameof(length), "", "")
    {
    }

    /// <summary>A matrix's shape.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A length is negative, or the tensor would have more elements than an array can.</exception>
    public Shape(int rows, int columns)
        : this(2, rows, columns, 1, nameof(rows), nameof(columns), "")
    {
    }

    /// <summary>The shape of a stack of matrices.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A length is negative, or the tensor would have more elements than an array can.</exception>
    public Shape(int matrices, int rows, int columns)
        : this(3, matrices, rows, columns, nameof(matrices), nameof(rows), nameof(columns))
    {
    }

    private Shape(int rank, int first, int second, int third, string firstName, string secondName, string thirdName)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first, firstName);
        ArgumentOutOfRangeException.ThrowIfNegative(second, secondName);
        ArgumentOutOfRangeException.ThrowIfNegative(third, thirdName);

        // A row must be addressable too, even where there are no rows.
        Int128 length = Int128.Max((Int128)first * second * third, (Int128)second * third);
        if (length > Array.MaxLength)
        {
            throw new ArgumentOutOfRangeException(
                firstName, FormattableString.Invariant($"A tensor holds at most {Array.MaxLength} elements, not {length}."));
        }

        (Rank, _first, _second, _third, Length) = (rank, first, second, third, first * second * third);
    }

    /// <summary>The shape of a single number: a vector of length 1.</summary>
    public static Shape Scalar => new(1);

    /// <summary>The number of axes, 1 to 3; 0 only in the default value, which is no tensor's shape.</summary>
    public int Rank { get; }

    /// <summary>The number of elements.</summary>
    public int Length { get; }

    /// <summary>The length of the first axis.</summary>
    public int Rows => _first;

    /// <summary>The number of elements in one row, a row being everything under one index of the first axis.</summary>
    public int RowLength => _second * _third;

    /// <summary>The length of one axis.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public int this[int axis]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(axis);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(axis, Rank);
            return axis switch { 0 => _first, 1 => _second, _ => _third };
        }
    }

    /// <summary>Whether two shapes are the same.</summary>
    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    /// <summary>Whether two shapes differ.</summary>
    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);

    /// <summary>The same shape with another first axis.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative, or the tensor would have more elements than an array can.</exception>
    public Shape WithRows(int rows) => new(Rank, rows, _second, _third, nameof(rows), "", "");

    /// <inheritdoc/>
    public bool Equals(Shape other) =>
        Rank == other.Rank && _first == other._first && _second == other._second && _third == other._third;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Rank, _first, _second, _third);

    /// <summary>The lengths in brackets, such as <c>[3, 4]</c>.</summary>
    public override string ToString() => Rank switch
    {
        0 => "[]",
        1 => FormattableString.Invariant($"[{_first}]"),
        2 => FormattableString.Invariant($"[{_first}, {_second}]"),
        _ => FormattableString.Invariant($"[{_first}, {_second}, {_third}]"),
    };
}
