using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Losses;
using ManagedRetrieval.Tasks;

namespace ManagedRetrieval.Benchmarks.TorchSharp;

/// <summary>The in-batch softmax loss with its options switched on, against the plain one of this library.</summary>
/// <remarks>Always: temperature, sampling correction, accidental hits, known positives, score mask and weights. Heads are left out, since each of them is a product of its own.</remarks>
/// <param name="batch">Queries, and candidates.</param>
/// <param name="width">Elements of an embedding.</param>
/// <param name="name">What is added to the row's name.</param>
/// <param name="symmetric">Whether half the loss is over columns.</param>
/// <param name="hardNegatives">How many negatives a row keeps; null for all.</param>
internal sealed class SoftmaxLossOptionsWork(int batch, int width, string name = "", bool symmetric = false, int? hardNegatives = null) : Work
{
    private BatchLoss? _with;
    private BatchLoss? _plain;

    public override string Name => "softmax_loss_options" + name;

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

    private RetrievalTaskOptions<float> Options() =>
        new() { Temperature = 0.5, RemoveAccidentalHits = true, Symmetric = symmetric, NumberOfHardNegatives = hardNegatives };

    private RetrievalArguments<float> Arguments()
    {
        const int KnownEach = 2;
        var random = new Random(3);
        int[] ids = [.. Enumerable.Range(0, batch).Select(_ => random.Next(batch))];
        int[] known = [.. Enumerable.Range(0, KnownEach * batch).Select(_ => random.Next(batch))];
        int[] offsets = [.. Enumerable.Range(0, batch + 1).Select(i => KnownEach * i)];

        // One entry of a hundred is hidden, but no positive.
        bool[] considered = new bool[batch * batch];
        for (int i = 0; i < considered.Length; i++)
        {
            considered[i] = random.Next(100) > 0 || i % (batch + 1) == 0;
        }

        return new RetrievalArguments<float>
        {
            CandidateIds = new CandidateIds(ids),
            KnownPositives = new KnownPositives(new CandidateIds(known), offsets),
            ScoreMask = new ScoreMask(batch, batch, considered),
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
