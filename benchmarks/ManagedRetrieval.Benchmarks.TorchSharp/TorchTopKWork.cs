using ManagedRetrieval.Engine.Parallel;
using static TorchSharp.torch;

namespace ManagedRetrieval.Benchmarks.TorchSharp;

/// <summary>The best candidates against libtorch: all scores, then the best of them.</summary>
internal sealed class TorchTopKWork(int queries, int candidates, int width) : TopKWork(queries, candidates, width)
{
    private Tensor? _queries;
    private Tensor? _candidates;
    private Tensor? _values;

    public override void Prepare(WorkerTeam team)
    {
        base.Prepare(team);
        if (_queries is null)
        {
            using Tensor copy = Numbers.Copy(Candidates);
            (_queries, _candidates) = (Numbers.Copy(Queries), copy.t());
        }
    }

    public override void Peers()
    {
        _values?.Dispose();
        using Tensor scores = _queries!.mm(_candidates!);
        (_values, Tensor rows) = scores.topk(K, dim: 1);
        rows.Dispose();
    }

    public override double Disagreement() => Numbers.Difference(Scores, _values!);

    public override void Dispose()
    {
        base.Dispose();
        _queries?.Dispose();
        _candidates?.Dispose();
        _values?.Dispose();
    }
}
