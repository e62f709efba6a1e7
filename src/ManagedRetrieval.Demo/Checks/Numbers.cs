using ManagedRetrieval.Engine.Kernels;

namespace ManagedRetrieval.Demo.Checks;

/// <summary>Numbers to check with, the same in every browser.</summary>
internal sealed class Numbers(ulong seed)
{
    private readonly CounterRandom _random = new(seed, stream: 0);
    private ulong _position;

    /// <summary>One from <paramref name="least"/> to <paramref name="greatest"/>.</summary>
    public int Between(int least, int greatest) => least + _random.Below(greatest - least + 1, _position++);

    /// <summary>Floats from −1 to 1.</summary>
    public float[] Floats(int count)
    {
        float[] floats = new float[count];
        foreach (ref float value in floats.AsSpan())
        {
            value = (float)((2 * _random.Uniform(_position++)) - 1);
        }

        return floats;
    }

    /// <summary>Bytes with a sign, of magnitudes up to <paramref name="greatest"/>.</summary>
    public sbyte[] SignedBytes(int count, int greatest)
    {
        sbyte[] bytes = new sbyte[count];
        foreach (ref sbyte value in bytes.AsSpan())
        {
            value = (sbyte)Between(-greatest, greatest);
        }

        return bytes;
    }

    /// <summary>Bytes below <paramref name="bound"/>.</summary>
    public byte[] Bytes(int count, int bound)
    {
        byte[] bytes = new byte[count];
        foreach (ref byte value in bytes.AsSpan())
        {
            value = (byte)Between(0, bound - 1);
        }

        return bytes;
    }
}
