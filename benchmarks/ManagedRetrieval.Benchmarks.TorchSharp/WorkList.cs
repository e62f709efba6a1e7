namespace ManagedRetrieval.Benchmarks.TorchSharp;

/// <summary>What is compared.</summary>
internal static class WorkList
{
    public static IEnumerable<Work> All() =>
        [.. Products(), .. OpenBlasProducts(), .. SoftmaxLosses(), new TrainingStepWork(8192, 64, 1_000_000, 100_000), .. TopK()];

    private static IEnumerable<Work> SoftmaxLosses()
    {
        foreach (int batch in (int[])[1024, 4096, 8192, 16_384])
        {
            foreach (int width in (int[])[32, 64, 128])
            {
                yield return new SoftmaxLossWork(batch, width);
            }
        }

        yield return new LargeSoftmaxLossWork(65_536, 64);
        yield return new SoftmaxLossOptionsWork(8192, 64);
        yield return new SoftmaxLossOptionsWork(8192, 64, "_symmetric", symmetric: true);
        yield return new SoftmaxLossOptionsWork(8192, 64, "_all", symmetric: true, hardNegatives: 64);
    }

    private static IEnumerable<Work> TopK()
    {
        foreach (int queries in (int[])[256, 1])
        {
            yield return new TopKWork(queries, 1_000_000, 64);
        }
    }

    private static IEnumerable<Work> OpenBlasProducts()
    {
        foreach (int side in (int[])[512, 1024, 2048])
        {
            yield return new OpenBlasProductWork(side, side, side, transposeB: false);
        }

        yield return new OpenBlasProductWork(4096, 4096, 128, transposeB: true);
        foreach (int depth in (int[])[32, 64, 128])
        {
            yield return new OpenBlasProductWork(8192, 8192, depth, transposeB: true);
        }
    }

    private static IEnumerable<Work> Products()
    {
        foreach (int side in (int[])[512, 1024, 2048])
        {
            yield return new TorchProductWork(side, side, side);
        }

        // Scores of a batch.
        yield return new TorchProductWork(4096, 4096, 128, transposeB: true);
        foreach (int depth in (int[])[32, 64, 128])
        {
            yield return new TorchProductWork(8192, 8192, depth, transposeB: true);
        }

        // Gradients of a batch: of the queries, and of the candidates.
        foreach (int width in (int[])[32, 64, 128])
        {
            yield return new TorchProductWork(8192, width, 8192);
            yield return new TorchProductWork(8192, width, 8192, transposeA: true);
        }

        // Layers of a tower: forward, gradient of the inputs, gradient of the weights.
        foreach ((int rows, int outputs, int inputs) in ((int, int, int)[])[(8192, 32, 64), (8192, 128, 256), (1024, 256, 256)])
        {
            yield return new TorchProductWork(rows, outputs, inputs);
            yield return new TorchProductWork(rows, inputs, outputs, transposeB: true);
            yield return new TorchProductWork(inputs, outputs, rows, transposeA: true);
        }

        // Some queries, and one, against a corpus; and a long depth.
        yield return new TorchProductWork(64, 10_000, 64, transposeB: true);
        yield return new TorchProductWork(1, 100_000, 64, transposeB: true);
        yield return new TorchProductWork(256, 256, 65_536);
    }
}
