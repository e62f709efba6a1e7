using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.TestKit;

/// <summary>Where the values of a random tensor lie.</summary>
public enum Domain
{
    /// <summary>Uniform in [−2, 2).</summary>
    Any,

    /// <summary>Magnitudes in [0.25, 2) with random sign: away from kinks at 0.</summary>
    AwayFromZero,

    /// <summary>Uniform in [0.25, 2).</summary>
    Positive,

    /// <summary>In [−2, 2), no two of one tensor closer than 2 / length: away from ties.</summary>
    Distinct,

    /// <summary>Within 0.05 of a multiple of 0.25, in [−2.05, 1.8): the difference of two stays away from odd multiples of 0.125.</summary>
    Spaced,
}

/// <summary>Random choices that one seed decides, for building test cases.</summary>
/// <param name="seed">Decides every choice.</param>
/// <param name="size">How large shapes may become: a length lies between 0 (or a given minimum) and this.</param>
public sealed class Draw(ulong seed, int size)
{
    private readonly CounterRandom _random = new(seed, 77);
    private ulong _position;

    public ulong Seed { get; } = seed;

    public int Size { get; } = size;

    public double Uniform() => _random.Uniform(_position++);

    public double Uniform(double low, double high) => low + ((high - low) * Uniform());

    public bool Bool() => Below(2) == 1;

    public int Below(int bound) => _random.Below(bound, _position++);

    public int Between(int low, int high) => low + Below(high - low + 1);

    public TValue OneOf<TValue>(params ReadOnlySpan<TValue> values) => values[Below(values.Length)];

    /// <summary>A length for one axis; small ones are as likely as large ones.</summary>
    public int Length(int minimum = 1) => Bool() ? Between(minimum, Math.Max(minimum, Math.Min(4, Size))) : Between(minimum, Math.Max(minimum, Size));

    public double Value(Domain domain) => domain switch
    {
        Domain.AwayFromZero => Uniform(0.25, 2) * (Bool() ? 1 : -1),
        Domain.Positive => Uniform(0.25, 2),
        Domain.Distinct => throw new ArgumentException("One value alone cannot be distinct; draw the values of a tensor.", nameof(domain)),
        Domain.Spaced => (0.25 * Between(-8, 7)) + Uniform(-0.05, 0.05),
        _ => Uniform(-2, 2),
    };

    /// <summary>Values that float holds exactly, so that float and double tests see the same numbers.</summary>
    public double[] Values(int count, Domain domain = Domain.Any)
    {
        double[] values = new double[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = (float)(domain == Domain.Distinct ? -2 + (4 * (i + Uniform(0, 0.5)) / count) : Value(domain));
        }

        for (int i = count - 1; i > 0 && domain == Domain.Distinct; i--)
        {
            int other = Below(i + 1);
            (values[i], values[other]) = (values[other], values[i]);
        }

        return values;
    }

    public Tensor<T> Tensor<T>(Shape shape, Domain domain = Domain.Any)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var tensor = new Tensor<T>(shape);
        double[] values = Values(shape.Length, domain);
        for (int i = 0; i < values.Length; i++)
        {
            tensor.Span[i] = T.CreateChecked(values[i]);
        }

        return tensor;
    }

    public int[] Ids(int count, int bound)
    {
        int[] ids = new int[count];
        for (int i = 0; i < count; i++)
        {
            ids[i] = Below(bound);
        }

        return ids;
    }

    /// <summary>Offsets of <paramref name="rows"/> ragged lists with up to <paramref name="longest"/> entries each, empty ones among them.</summary>
    public int[] Offsets(int rows, int longest)
    {
        int[] offsets = new int[rows + 1];
        for (int i = 0; i < rows; i++)
        {
            offsets[i + 1] = offsets[i] + Between(0, longest);
        }

        return offsets;
    }

    /// <summary>Ragged lists of ascending numbers below <paramref name="bound"/> without repetition: none of them, all of them, or some.</summary>
    public (int[] Values, int[] Offsets) Subsets(int lists, int bound)
    {
        var values = new List<int>();
        int[] offsets = new int[lists + 1];
        for (int list = 0; list < lists; list++)
        {
            int kind = Below(6);
            for (int value = 0; value < bound; value++)
            {
                if (kind == 0 || (kind > 1 && Below(kind) == 0))
                {
                    values.Add(value);
                }
            }

            offsets[list + 1] = values.Count;
        }

        return ([.. values], offsets);
    }
}
