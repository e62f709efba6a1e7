using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Gpu.Tests;

public sealed class EmulatedBackendTests
{
    public sealed class Contract(EmulatedDevice device) : OwnBackendContract<float>, IClassFixture<EmulatedDevice>
    {
        protected override IComputeBackend<float> Backend => device.Backend;
    }
}
