using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.StepHost;

/// <summary>A training loop over a few batches that come again and again.</summary>
/// <remarks>A batch has 25,600 elements a side, and some 72,000 ids in bags: whatever is cut into parts has several.</remarks>
public sealed class StepLoop
{
    private const int Rows = 3000;
    private const int Width = 64;
    private const int Pairs = 400;
    private const int Batches = 5;

    private readonly StepBatch[] _batches;
    private readonly EmbeddingLookup<float> _lookup = new();
    private readonly EmbeddingTable<float>[] _tables;
    private readonly Tower<float>[] _towers = [];
    private readonly RetrievalTask<float> _task;
    private readonly WorkerTeam _team;
    private readonly Tape<float> _tape;
    private int _steps;

    public StepLoop(StepKind kind, WorkerTeam team)
    {
        _batches = [.. Enumerable.Range(0, Batches).Select(seed => new StepBatch(kind, Pairs, Rows, seed))];
        _team = team;
        _tape = new Tape<float>(team);
        _tables = [Table("query", 1), Table("candidate", 2)];
        List<Parameter<float>> parameters = [.. _tables];
        if (kind.Bags)
        {
            _towers = [Tower(0, BagCombiner.Mean), Tower(1, BagCombiner.SqrtN)];
            parameters.AddRange(_towers.SelectMany(tower => tower.Layers.SelectMany(layer => layer.Parameters)));
        }

        _task = new RetrievalTask<float>(!kind.Options ? new() : new()
        {
            Temperature = 0.2,
            LearnTemperature = kind.Bags,
            RemoveAccidentalHits = true,
        });
        Parameters = [.. parameters, .. _task.Parameters];
        Optimizer = kind.Adam ? new Adam<float>(0.01) : new Adagrad<float>(0.05);
    }

    public IReadOnlyList<Parameter<float>> Parameters { get; }

    public Optimizer<float> Optimizer { get; }

    public void Run(int steps)
    {
        for (int step = 0; step < steps; step++)
        {
            StepBatch batch = _batches[_steps++ % Batches];
            _tape.Reset();
            _tape.Backward(_task.Loss(Embed(0, batch.Queries), Embed(1, batch.Candidates), batch.Arguments));
            Optimizer.Step(Parameters, _team);
        }
    }

    private static EmbeddingTable<float> Table(string name, ulong stream)
    {
        var table = new EmbeddingTable<float>(name, new Tensor<float>(new Shape(Rows, Width)));
        table.InitializeUniform(0.3, seed: 9, stream);
        return table;
    }

    private Tower<float> Tower(int side, BagCombiner combiner) => new(
        [new BagInput<float>("ids", _tables[side], combiner)], [Linear<float>.Create(_tables[side].Name, Width, Width, seed: 9, stream: 3 + (ulong)side)]);

    private Variable<float> Embed(int side, EncodedBatch batch) => _towers.Length > 0
        ? _towers[side].Apply(_tape, batch)
        : _tape.Apply(_lookup, [_tape.Parameter(_tables[side])], new OpIndices(((RaggedIds)batch.Columns[0]).Ids));
}
