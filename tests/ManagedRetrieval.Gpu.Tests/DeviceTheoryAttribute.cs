namespace ManagedRetrieval.Gpu.Tests;

/// <summary>Tests that need a device of a real driver.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DeviceTheoryAttribute : TheoryAttribute
{
    public DeviceTheoryAttribute() => Skip = OpenClDevice.Missing;
}
