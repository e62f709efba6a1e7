using System.Diagnostics;
using System.Globalization;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Gpu;
using ManagedRetrieval.Gpu.Devices;

namespace ManagedRetrieval.Benchmarks.Gpu;

/// <summary>The same work on a device and on the processor; of the device's time, transfers and kernels apart.</summary>
internal sealed class GpuBenchmark(GpuBackend gpu) : IDisposable
{
    private const int Repetitions = 5, K = 100;

    private readonly WorkerTeam _team = new(Environment.ProcessorCount);

    /// <summary>Measures piece after piece.</summary>
    public IEnumerable<GpuRow> Measure(bool quick)
    {
        var cpu = new CpuBackend<float>(_team);
        foreach (int size in (int[])[256, 1024, .. quick ? (int[])[] : [4096]])
        {
            Tensor<float> a = Numbers.Uniform(new Shape(size, size), 1), b = Numbers.Uniform(new Shape(size, size), 2), c = new(new Shape(size, size));
            yield return Row(Text($"product {size} x {size} x {size}"), 2.0 * size * size * size, backend => backend.MatrixProduct(a, false, b, true, c, false), cpu);
        }

        foreach (int batch in (int[])[1024, .. quick ? (int[])[] : [8192]])
        {
            foreach (int width in (int[])[64, 128])
            {
                LossWork work = new(batch, width);
                yield return Row(Text($"loss and gradients {batch} x {width}"), 6.0 * batch * batch * width, work.Run, cpu);
            }
        }

        Tensor<float> candidates = Numbers.Uniform(new Shape(quick ? 100_000 : 1_000_000, 64), 3);
        foreach (int count in (int[])[1, 256])
        {
            Tensor<float> queries = Numbers.Uniform(new Shape(count, 64), 4), scores = new(new Shape(count, K));
            int[] rows = new int[count * K];
            void search(IComputeBackend<float> backend) => backend.TopK(queries, candidates, K, scores, rows);
            string work = Text($"top {K}, {count} of {candidates.Shape.Rows} x 64");
            yield return Row(work + ", copied", 2.0 * count * candidates.Shape.Length, search, cpu);
            using (gpu.PrepareRows(candidates))
            {
                yield return Row(work + ", kept", 2.0 * count * candidates.Shape.Length, search, cpu);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _team.Dispose();

    private GpuRow Row(string work, double operations, Action<IComputeBackend<float>> run, CpuBackend<float> cpu)
    {
        double processor = Median(() => run(cpu)), device = Median(() => run(gpu));

        // Apart from the whole, since measuring waits at every step.
        var times = new DeviceTimes();
        gpu.Device.Times = times;
        for (int i = 0; i < Repetitions; i++)
        {
            run(gpu);
        }

        gpu.Device.Times = null;
        return new GpuRow(
            work,
            processor,
            device,
            times.Write.TotalMilliseconds / Repetitions,
            times.Launch.TotalMilliseconds / Repetitions,
            times.Read.TotalMilliseconds / Repetitions,
            times.Launches / Repetitions,
            (times.BytesWritten + times.BytesRead) / Repetitions,
            operations);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Of several runs, after one that is not counted, in milliseconds.</summary>
    private static double Median(Action run)
    {
        run();
        double[] times = new double[Repetitions];
        for (int i = 0; i < times.Length; i++)
        {
            long start = Stopwatch.GetTimestamp();
            run();
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(times);
        return times[times.Length / 2];
    }

    /// <summary>A batch's loss with both gradients.</summary>
    private sealed class LossWork(int batch, int width)
    {
        private readonly Tensor<float> _queries = Numbers.Uniform(new Shape(batch, width), 5);
        private readonly Tensor<float> _candidates = Numbers.Uniform(new Shape(batch, width), 6);
        private readonly Tensor<float> _losses = new(new Shape(batch));
        private readonly Tensor<float> _queryGradient = new(new Shape(batch, width));
        private readonly Tensor<float> _candidateGradient = new(new Shape(batch, width));
        private readonly int[] _numbers = [.. Enumerable.Range(0, batch + 1)];

        public void Run(IComputeBackend<float> backend)
        {
            var problem = new SoftmaxLossProblem<float>
            {
                Queries = _queries,
                Candidates = _candidates,
                Positives = _numbers.AsMemory(0, batch),
                PositiveOffsets = _numbers,
            };
            backend.SoftmaxLoss(problem, _losses, default, _queryGradient, _candidateGradient);
        }
    }
}
