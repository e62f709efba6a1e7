namespace ManagedRetrieval.Gpu.Kernels;

/// <summary>Four numbers of a thread, which stay in registers; an array would lie in memory.</summary>
internal readonly struct Four(float x, float y, float z, float w)
{
    public readonly float X = x;
    public readonly float Y = y;
    public readonly float Z = z;
    public readonly float W = w;

    /// <summary>sum + a · b, element by element.</summary>
    public static Four MultiplyAdd(float a, Four b, Four sum) => new(
        DeviceMath.MultiplyAdd(a, b.X, sum.X),
        DeviceMath.MultiplyAdd(a, b.Y, sum.Y),
        DeviceMath.MultiplyAdd(a, b.Z, sum.Z),
        DeviceMath.MultiplyAdd(a, b.W, sum.W));
}
