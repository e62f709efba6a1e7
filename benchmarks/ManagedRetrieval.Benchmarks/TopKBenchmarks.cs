using BenchmarkDotNet.Attributes;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Benchmarks;

/// <summary>The exact best 100 of many candidates, for one query and for more.</summary>
[Config(typeof(Gigaflops))]
[MemoryDiagnoser]
public class TopKBenchmarks
{
    private const int K = 100;
    private WorkerTeam _team = WorkerTeam.Inline;
    private CpuBackend<float> _backend = new(WorkerTeam.Inline);
    private Tensor<float> _queries;
    private Tensor<float> _candidates;
    private Tensor<float> _scores;
    private int[] _rows = [];

    [ParamsSource(nameof(Searches))]
    public Search Work { get; set; } = new(1, 100_000, 64);

    [Params(1, 2)]
    public int Workers { get; set; }

    public static IEnumerable<Search> Searches => [new(1, 100_000, 64), new(4, 100_000, 64), new(16, 100_000, 64), new(256, 100_000, 64)];

    [GlobalSetup]
    public void Setup()
    {
        _team = new WorkerTeam(Workers);
        _backend = new CpuBackend<float>(_team);
        _queries = Numbers.Uniform(new Shape(Work.Queries, Work.Width), 1);
        _candidates = Numbers.Uniform(new Shape(Work.Candidates, Work.Width), 2);
        _scores = new Tensor<float>(new Shape(Work.Queries, K));
        _rows = new int[Work.Queries * K];
    }

    [GlobalCleanup]
    public void Cleanup() => _team.Dispose();

    [Benchmark]
    public void TopK() => _backend.TopK(_queries, _candidates, K, _scores, _rows);

    /// <summary>How many queries ask how many candidates.</summary>
    public sealed record Search(int Queries, int Candidates, int Width) : IWork
    {
        public double Operations => 2.0 * Queries * Candidates * Width;

        public override string ToString() => $"{Queries} of {Candidates}x{Width}";
    }
}
