using BenchmarkDotNet.Attributes;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Tasks;

namespace ManagedRetrieval.Benchmarks;

/// <summary>The in-batch softmax loss of the task with both gradients, on a tape.</summary>
[Config(typeof(Gigaflops))]
[MemoryDiagnoser]
public class SoftmaxLossBenchmarks
{
    private readonly RetrievalTask<float> _plain = new(), _symmetric = new(new RetrievalTaskOptions<float> { Symmetric = true });
    private WorkerTeam _team = WorkerTeam.Inline;
    private Tape<float> _tape = new();
    private Tensor<float> _queries;
    private Tensor<float> _candidates;

    [ParamsSource(nameof(Batches))]
    public Batch Work { get; set; } = new(1024, 64);

    [Params(1, 2)]
    public int Workers { get; set; }

    public static IEnumerable<Batch> Batches => [new(1024, 32), new(1024, 64), new(1024, 128), new(4096, 64), new(8192, 64)];

    [GlobalSetup]
    public void Setup()
    {
        _team = new WorkerTeam(Workers);
        _tape = new Tape<float>(_team);
        _queries = Numbers.Uniform(new Shape(Work.Size, Work.Width), 1);
        _candidates = Numbers.Uniform(new Shape(Work.Size, Work.Width), 2);
    }

    [GlobalCleanup]
    public void Cleanup() => _team.Dispose();

    [Benchmark(Baseline = true)]
    public float Plain() => Run(_plain);

    [Benchmark]
    public float Symmetric() => Run(_symmetric);

    private float Run(RetrievalTask<float> task)
    {
        _tape.Reset();
        Variable<float> loss = task.Loss(_tape.Input(_queries), _tape.Input(_candidates));
        _tape.Backward(loss);
        return loss.Value.Span[0];
    }

    /// <summary>So many pairs of embeddings; operations are counted as three products, whatever the loss is.</summary>
    public sealed record Batch(int Size, int Width) : IWork
    {
        public double Operations => 6.0 * Size * Size * Width;

        public override string ToString() => $"{Size}x{Width}";
    }
}
