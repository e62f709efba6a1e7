using BenchmarkDotNet.Attributes;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Benchmarks;

/// <summary>The matrix products of a training step: batch scores, the gradient of a tower's output, a linear layer.</summary>
[Config(typeof(Gigaflops))]
[MemoryDiagnoser]
public class MatrixProductBenchmarks
{
    private WorkerTeam _team = WorkerTeam.Inline;
    private CpuBackend<float> _backend = new(WorkerTeam.Inline);
    private Tensor<float> _a;
    private Tensor<float> _b;
    private Tensor<float> _result;

    /// <summary>m × n × k, with the second operand transposed (scores) or not (gradients, layers).</summary>
    [ParamsSource(nameof(Products))]
    public Product Work { get; set; } = new(1024, 1024, 64, true);

    [Params(1, 2)]
    public int Workers { get; set; }

    public static IEnumerable<Product> Products =>
    [
        new(1024, 1024, 64, true),
        new(1024, 64, 1024, false),
        new(1024, 1024, 128, true),
        new(1024, 128, 1024, false),
        new(1024, 64, 64, false),
        new(1, 100_000, 64, true),
    ];

    [GlobalSetup]
    public void Setup()
    {
        _team = new WorkerTeam(Workers);
        _backend = new CpuBackend<float>(_team);
        _a = Numbers.Uniform(new Shape(Work.M, Work.K), 1);
        _b = Numbers.Uniform(Work.TransposeB ? new Shape(Work.N, Work.K) : new Shape(Work.K, Work.N), 2);
        _result = new Tensor<float>(new Shape(Work.M, Work.N));
    }

    [GlobalCleanup]
    public void Cleanup() => _team.Dispose();

    [Benchmark]
    public void MatrixProduct() => _backend.MatrixProduct(_a, false, _b, Work.TransposeB, _result, accumulate: false);

    /// <summary>A product's shape.</summary>
    public sealed record Product(int M, int N, int K, bool TransposeB) : IWork
    {
        public double Operations => 2.0 * M * N * K;

        public override string ToString() => $"{M}x{N}x{K}{(TransposeB ? " (second transposed)" : "")}";
    }
}
