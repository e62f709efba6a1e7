using ILGPU;

namespace ManagedRetrieval.Gpu.Kernels;

/// <summary>What the threads of a group make together of one number each, halving by halving: the order is the group's size alone.</summary>
internal static class GroupReduce
{
    /// <summary>The most threads of a group; their number is a power of two.</summary>
    public const int MostThreads = 256;

    /// <summary>The greatest, which every thread gets.</summary>
    /// <param name="value">No NaN.</param>
    /// <param name="scratch">Shared memory of <see cref="MostThreads"/> numbers.</param>
    public static float Max(float value, ArrayView<float> scratch)
    {
        scratch[Group.IdxX] = value;
        Group.Barrier();
        for (int half = Group.DimX / 2; half > 0; half /= 2)
        {
            if (Group.IdxX < half && scratch[Group.IdxX + half] > scratch[Group.IdxX])
            {
                scratch[Group.IdxX] = scratch[Group.IdxX + half];
            }

            Group.Barrier();
        }

        float greatest = scratch[0];
        Group.Barrier();
        return greatest;
    }

    /// <summary>The sum, which every thread gets.</summary>
    /// <param name="value">A thread's own sum.</param>
    /// <param name="scratch">Shared memory of <see cref="MostThreads"/> numbers.</param>
    public static float Sum(float value, ArrayView<float> scratch)
    {
        scratch[Group.IdxX] = value;
        Group.Barrier();
        for (int half = Group.DimX / 2; half > 0; half /= 2)
        {
            if (Group.IdxX < half)
            {
                scratch[Group.IdxX] += scratch[Group.IdxX + half];
            }

            Group.Barrier();
        }

        float sum = scratch[0];
        Group.Barrier();
        return sum;
    }
}
