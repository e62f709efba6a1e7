using System.Numerics;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Backends;

public sealed class CpuBackendTests
{
    public sealed class InFloatWithOneWorker() : Contract<float>(1);

    public sealed class InFloatWithThreeWorkers() : Contract<float>(3);

    public sealed class InDoubleWithOneWorker() : Contract<double>(1);

    public sealed class InDoubleWithThreeWorkers() : Contract<double>(3);

    public abstract class Contract<T>(int workers) : BackendContract<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly WorkerTeam _team = new(workers);

        protected override IComputeBackend<T> Backend => new CpuBackend<T>(_team);

        protected override void Dispose(bool disposing)
        {
            _team.Dispose();
            base.Dispose(disposing);
        }
    }
}
