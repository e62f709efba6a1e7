using System.Diagnostics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Tasks;

namespace ManagedRetrieval.AotHost;

/// <summary>How fast the in-batch softmax with both gradients is on one thread.</summary>
internal static class SoftmaxSpeed
{
    private const int Pairs = 1024;
    private const int Width = 64;
    private const int Rounds = 9;

    /// <summary>The best round, in 10⁹ operations a second; three products are counted. A kernel is compiled anew while the first rounds run.</summary>
    public static double Measure()
    {
        var task = new RetrievalTask<float>();
        var tape = new Tape<float>(WorkerTeam.Inline);
        Tensor<float> queries = Numbers(1), candidates = Numbers(2);
        double best = 0;
        for (int round = 0; round < Rounds; round++)
        {
            int calls = 0;
            long start = Stopwatch.GetTimestamp();
            double seconds;
            do
            {
                tape.Reset();
                tape.Backward(task.Loss(tape.Input(queries), tape.Input(candidates)));
                calls++;
                seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            }
            while (seconds < 0.3);
            best = Math.Max(best, 6.0 * Pairs * Pairs * Width * calls / seconds / 1e9);
        }

        return best;
    }

    private static Tensor<float> Numbers(int seed)
    {
        var random = new Random(seed);
        var tensor = new Tensor<float>(new Shape(Pairs, Width));
        foreach (ref float value in tensor.Span)
        {
            value = (random.NextSingle() - 0.5f) / 4;
        }

        return tensor;
    }
}
