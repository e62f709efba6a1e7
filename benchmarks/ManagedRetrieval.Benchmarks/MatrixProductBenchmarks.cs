using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Benchmarks;

/// <summary>The matrix products of a training step: batch scores, the gradient of a tower's output, a linear layer.</summary>
[Config(typeof(Config))]
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
    ];

    [GlobalSetup]
    public void Setup()
    {
        _team = new WorkerTeam(Workers);
        _backend = new CpuBackend<float>(_team);
        _a = Filled(new Shape(Work.M, Work.K), 1);
        _b = Filled(Work.TransposeB ? new Shape(Work.N, Work.K) : new Shape(Work.K, Work.N), 2);
        _result = new Tensor<float>(new Shape(Work.M, Work.N));
    }

    [GlobalCleanup]
    public void Cleanup() => _team.Dispose();

    [Benchmark]
    public void MatrixProduct() => _backend.MatrixProduct(_a, false, _b, Work.TransposeB, _result, accumulate: false);

    private static Tensor<float> Filled(Shape shape, ulong stream)
    {
        var random = new CounterRandom(1, stream);
        var tensor = new Tensor<float>(shape);
        for (int i = 0; i < shape.Length; i++)
        {
            tensor.Span[i] = (float)random.Uniform((ulong)i) - 0.5f;
        }

        return tensor;
    }

    /// <summary>A product's shape.</summary>
    public sealed record Product(int M, int N, int K, bool TransposeB)
    {
        public override string ToString() => $"{M}x{N}x{K}{(TransposeB ? " (second transposed)" : "")}";
    }

    private sealed class Config : ManualConfig
    {
        public Config() => AddColumn(new GigaflopsColumn());
    }

    /// <summary>2 · m · n · k operations over the mean time.</summary>
    private sealed class GigaflopsColumn : IColumn
    {
        public string Id => "GFLOP/s";

        public string ColumnName => "GFLOP/s";

        public bool AlwaysShow => true;

        public ColumnCategory Category => ColumnCategory.Custom;

        public int PriorityInCategory => 0;

        public bool IsNumeric => true;

        public UnitType UnitType => UnitType.Dimensionless;

        public string Legend => "2 m n k / mean time";

        public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
        {
            var work = (Product)benchmarkCase.Parameters[nameof(Work)];
            double? nanoseconds = summary[benchmarkCase]?.ResultStatistics?.Mean;
            return nanoseconds is { } mean ? (2.0 * work.M * work.N * work.K / mean).ToString("f1", System.Globalization.CultureInfo.InvariantCulture) : "-";
        }

        public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

        public bool IsAvailable(Summary summary) => true;

        public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;
    }
}
