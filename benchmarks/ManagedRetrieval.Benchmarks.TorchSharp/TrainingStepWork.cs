using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Optimizers;
using static TorchSharp.torch;

namespace ManagedRetrieval.Benchmarks.TorchSharp;

/// <summary>A full training step: rows of two embedding tables, the in-batch softmax loss, gradients, sparse Adagrad.</summary>
internal sealed class TrainingStepWork(int batch, int width, int queryRows, int candidateRows) : Work
{
    /// <summary>Batches that follow each other in turn, so that a step finds its rows no nearer than training would.</summary>
    private const int Batches = 16;

    private const double LearningRate = 0.01, InitialState = 0.1, Epsilon = 1e-7;

    private readonly int[][] _queryIds = [.. Draw(batch, queryRows, seed: 3)];
    private readonly int[][] _candidateIds = [.. Draw(batch, candidateRows, seed: 4)];
    private OurTrainingStep? _ours;
    private TheirTrainingStep? _theirs;
    private Tensor[] _theirQueryIds = [];
    private Tensor[] _theirCandidateIds = [];
    private int _ourStep;
    private int _theirStep;

    public override string Name => "training_step";

    public override int[] Shape => [batch, width, queryRows, candidateRows];

    /// <summary>Those of the loss; the rest is memory traffic.</summary>
    public override double Operations => 6.0 * batch * batch * width;

    public override int Steps => 5;

    /// <summary>The differences of one step go into the next.</summary>
    public override double MostDisagreement => 1e-4;

    public override void Prepare(WorkerTeam team)
    {
        Dispose();
        Tensor<float> queries = Numbers.Uniform(queryRows, width, seed: 1), candidates = Numbers.Uniform(candidateRows, width, seed: 2);
        _theirs = new TheirTrainingStep(queries, candidates, batch, LearningRate, InitialState, Epsilon);
        _ours = new OurTrainingStep(team, queries, candidates, new Adagrad<float>(LearningRate, InitialState, Epsilon));
        (_theirQueryIds, _theirCandidateIds) = ([.. _queryIds.Select(Copy)], [.. _candidateIds.Select(Copy)]);
        (_ourStep, _theirStep) = (0, 0);
    }

    public override void Ours()
    {
        int step = _ourStep++ % Batches;
        _ours!.Run(_queryIds[step], _candidateIds[step]);
    }

    public override void Peers()
    {
        int step = _theirStep++ % Batches;
        _theirs!.Run(_theirQueryIds[step], _theirCandidateIds[step]);
    }

    /// <summary>The greatest difference in the changed rows of the tables and of Adagrad's states.</summary>
    public override double Disagreement() => Math.Max(Disagreement(0, _queryIds), Disagreement(1, _candidateIds));

    public override void Dispose()
    {
        _ours = null;
        _theirs?.Dispose();
        foreach (Tensor ids in (Tensor[])[.. _theirQueryIds, .. _theirCandidateIds])
        {
            ids.Dispose();
        }
    }

    private double Disagreement(int table, int[][] ids)
    {
        int[] changed = [.. ids.Take(Steps).SelectMany(batch => batch).Distinct()];
        using Tensor theirIds = Copy(changed), values = _theirs!.Values(table, theirIds), states = _theirs.States(table, theirIds);
        return Math.Max(Numbers.Difference(_ours!.Values(table, changed), values), Numbers.Difference(_ours.States(table, changed), states));
    }

    private static IEnumerable<int[]> Draw(int count, int rows, int seed)
    {
        var random = new Random(seed);
        return Enumerable.Range(0, Batches).Select(_ => BatchIds.Draw(count, rows, random));
    }

    private static Tensor Copy(int[] ids) => tensor([.. ids.Select(id => (long)id)], int64);
}
