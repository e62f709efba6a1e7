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
        Domain.Spaced => (0.25 * Between(-8, 7)) + Uniform(-0.05, 0.05),
        _ => Uniform(-2, 2),
    };

    /// <summary>Values that float holds exactly, so that float and double tests see the same numbers.</summary>
    public double[] Values(int count, Domain domain = Domain.Any)
    {
        double[] values = new double[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = (float)Value(domain);
        }

        return values;
    }

    public Tensor<T> Tensor<T>(Shape shape, Domain domain = Domain.Any)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var tensor = new Tensor<T>(shape);
        for (int i = 0; i < shape.Length; i++)
        {
            tensor.Span[i] = T.CreateChecked((float)Value(domain));
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
}
