using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Tasks;

namespace ManagedRetrieval.Benchmarks.TorchSharp;

/// <summary>The in-batch softmax loss with its options switched on, against the plain one of this library.</summary>
internal sealed class SoftmaxLossOptionsWork(int batch, int width) : Work
{
    private BatchLoss? _with;
    private BatchLoss? _plain;

    public override string Name => "softmax_loss_options";

    public override int[] Shape => [batch, batch, width];

    /// <summary>The plain loss is the measure, so that the ratio says what the options cost.</summary>
    public override string? Peer => "plain";

    public override double Operations => 6.0 * batch * batch * width;

    public override void Prepare(WorkerTeam team)
    {
        Tensor<float> queries = Numbers.Uniform(batch, width, seed: 1), candidates = Numbers.Uniform(batch, width, seed: 2);
        _plain = new BatchLoss(team, queries, candidates);
        _with = new BatchLoss(team, queries, candidates, Options()) { Arguments = Arguments() };
    }

    public override void Ours() => _with!.Run();

    public override void Peers() => _plain!.Run();

    /// <summary>The two compute different things; tests say that each is right.</summary>
    public override double Disagreement() => 0;

    public override void Dispose() => (_with, _plain) = (null, null);

    private static RetrievalTaskOptions<float> Options() => new() { Temperature = 0.5, RemoveAccidentalHits = true };

    private RetrievalArguments<float> Arguments()
    {
        var random = new Random(3);
        int[] ids = [.. Enumerable.Range(0, batch).Select(_ => random.Next(batch))];
        return new RetrievalArguments<float>
        {
            CandidateIds = new CandidateIds(ids),
            SampleWeight = Drawn(random),
            CandidateSamplingProbability = Drawn(random),
        };
    }

    /// <summary>A number in (0, 1] for each row of the batch.</summary>
    private Tensor<float> Drawn(Random random)
    {
        var numbers = new Tensor<float>(new Shape(batch));
        foreach (ref float number in numbers.Span)
        {
            number = 1 - random.NextSingle();
        }

        return numbers;
    }
}
