using System.Numerics;
using System.Runtime.Intrinsics;
using ManagedRetrieval.Engine.Kernels.Simd;

namespace ManagedRetrieval.Engine.Kernels.Gemm;

/// <summary>Chooses the micro-kernel: by the processor's widest vector, and by how few rows there are.</summary>
internal static class MicroKernels
{
    /// <summary>Rows up to which a tile of its own pays.</summary>
    private const int FewRows = 4;

    /// <summary>Work that is written over a micro-kernel.</summary>
    internal interface IUser<T>
        where T : unmanaged
    {
        /// <summary>Does it with this one.</summary>
        void Run<TKernel, TVector, TLanes>()
            where TKernel : struct, IMicroKernel<T>
            where TVector : struct
            where TLanes : struct, ILanes<T, TVector>;
    }

    /// <summary>The widest vector of the processor; nothing wider than an element for types that vectors do not multiply.</summary>
    public static GemmStrategy Widest<T>() =>
        typeof(T) != typeof(float) && typeof(T) != typeof(double) ? GemmStrategy.Packed
        : Vector512.IsHardwareAccelerated ? GemmStrategy.Packed512
        : Vector256.IsHardwareAccelerated ? GemmStrategy.Packed256
        : Vector128.IsHardwareAccelerated ? GemmStrategy.Packed128
        : GemmStrategy.Packed;

    /// <summary>Lets <paramref name="user"/> run with the kernel for a width and a number of rows.</summary>
    public static void Use<T, TUser>(ref TUser user, int rows, GemmStrategy width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TUser : struct, IUser<T>, allows ref struct
    {
        switch (width)
        {
            case GemmStrategy.Packed512 when rows <= FewRows:
                user.Run<TileOf4<T, Vector512<T>, Lanes512<T>>, Vector512<T>, Lanes512<T>>();
                break;
            case GemmStrategy.Packed512:
                user.Run<TileOf14<T, Vector512<T>, Lanes512<T>>, Vector512<T>, Lanes512<T>>();
                break;
            case GemmStrategy.Packed256 when rows <= FewRows:
                user.Run<TileOf4<T, Vector256<T>, Lanes256<T>>, Vector256<T>, Lanes256<T>>();
                break;
            case GemmStrategy.Packed256:
                user.Run<TileOf6<T, Vector256<T>, Lanes256<T>>, Vector256<T>, Lanes256<T>>();
                break;
            case GemmStrategy.Packed128 when rows <= FewRows:
                user.Run<TileOf4<T, Vector128<T>, Lanes128<T>>, Vector128<T>, Lanes128<T>>();
                break;
            case GemmStrategy.Packed128:
                user.Run<TileOf6<T, Vector128<T>, Lanes128<T>>, Vector128<T>, Lanes128<T>>();
                break;
            default:
                user.Run<TileOf4<T, T, OneLane<T>>, T, OneLane<T>>();
                break;
        }
    }
}
