using System.Diagnostics;
using ManagedRetrieval.Benchmarks.Indexes.Data;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;

namespace ManagedRetrieval.Benchmarks.Indexes;

/// <summary>An index of this library. To measure another one, say in a class how it is built and searched, and name that in <see cref="IndexList"/>.</summary>
/// <typeparam name="TIndex">What is built.</typeparam>
internal abstract class OurIndex<TIndex> : IIndexUnderTest
    where TIndex : class
{
    private readonly TopKResults<int> _results = new();
    private readonly Dictionary<string, (TIndex Index, BuildFigures Figures)> _built = [];
    private VectorSet? _set;
    private TIndex? _index;
    private TopKIndex<int>? _searched;
    private WorkerTeam _team = WorkerTeam.Inline;
    private int _batch;
    private int[] _found = [];

    public abstract string Index { get; }

    public string Peer => "ours";

    public abstract bool IsExact { get; }

    public string? Obstacle => null;

    public string? Version => null;

    public virtual IReadOnlyList<IReadOnlyList<Parameters>> Searches => [[Parameters.None]];

    public virtual IReadOnlyList<Parameters> Builds(int rows) => [Parameters.None];

    public void Take(VectorSet set)
    {
        _built.Clear();
        _set = set;
    }

    public BuildFigures Build(Parameters parameters)
    {
        if (!_built.TryGetValue(parameters.ToString(), out (TIndex Index, BuildFigures Figures) built))
        {
            using var team = new WorkerTeam(Environment.ProcessorCount);
            long start = Stopwatch.GetTimestamp();
            TIndex index = Make(_set!.Rows, parameters, team);
            built = (index, new BuildFigures(Stopwatch.GetElapsedTime(start).TotalSeconds, Bytes(index)));
            _built.Add(parameters.ToString(), built);
        }

        _index = built.Index;
        return built.Figures;
    }

    public Parameters Use(Parameters parameters, int threads, int batch, int queries)
    {
        if (_team.Workers != threads)
        {
            DisposeTeam();
            _team = threads == 1 ? WorkerTeam.Inline : new WorkerTeam(threads);
        }

        (_searched, _batch, _found) = (Searching(_index!, parameters, _team), batch, new int[queries * GroundTruth.K]);
        return Parameters.None;
    }

    public double Run(int repetitions)
    {
        long start = Stopwatch.GetTimestamp();
        for (int repetition = 0; repetition < repetitions; repetition++)
        {
            int queries = _found.Length / GroundTruth.K;
            for (int first = 0; first < queries; first += _batch)
            {
                int count = Math.Min(_batch, queries - first);
                OurSearch.Run(_searched!, _set!.Queries.Rows(first, count), _results, _found.AsSpan(first * GroundTruth.K, count * GroundTruth.K));
            }
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public int[] Result() => _found;

    public void Dispose() => DisposeTeam();

    /// <summary>Builds an index.</summary>
    protected abstract TIndex Make(Tensor<float> rows, Parameters parameters, WorkerTeam team);

    /// <summary>The size of the index in a file, with the rows where it needs them.</summary>
    protected abstract long Bytes(TIndex index);

    /// <summary>The index over what was built that searches with some parameters and threads; it names rows by their numbers.</summary>
    protected abstract TopKIndex<int> Searching(TIndex index, Parameters parameters, WorkerTeam team);

    private void DisposeTeam()
    {
        if (_team != WorkerTeam.Inline)
        {
            _team.Dispose();
        }

        _team = WorkerTeam.Inline;
    }
}
