using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Benchmarks.Indexes;

/// <summary>Every candidate is scored in float32.</summary>
internal sealed class BruteForceFloat : OurIndex<BruteForceFloat.Candidates>
{
    public override string Index => "exact-float32";

    public override bool IsExact => true;

    protected override Candidates Make(Tensor<float> rows, Parameters parameters, WorkerTeam team) => new(rows);

    protected override long Bytes(Candidates index) => (long)index.Rows.Shape.Length * sizeof(float);

    protected override void Search(Candidates index, Tensor<float> queries, Parameters parameters, WorkerTeam team, Span<int> rows) =>
        new CpuBackend<float>(team).TopK(queries, index.Rows, GroundTruth.K, new Tensor<float>(new Shape(queries.Shape.Rows, GroundTruth.K)), rows);

    /// <summary>What is searched: the rows themselves.</summary>
    internal sealed record Candidates(Tensor<float> Rows);
}
