using System.Numerics;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Backends;

public sealed class StrangerBackendTests
{
    public sealed class InFloat : Contract<float>;

    public sealed class InDouble : Contract<double>;

    public abstract class Contract<T> : BackendContract<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        protected override IComputeBackend<T> Backend => new StrangerBackend<T>();
    }
}
