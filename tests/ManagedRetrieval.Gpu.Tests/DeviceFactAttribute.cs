namespace ManagedRetrieval.Gpu.Tests;

/// <summary>A test that needs a device of a real driver.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DeviceFactAttribute : FactAttribute
{
    public DeviceFactAttribute() => Skip = OpenClDevice.Missing;
}
