using System.Globalization;
using ManagedRetrieval.Cli.Output;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Evaluation;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Cli.Runs;

/// <summary><c>inspect</c>: what a model file holds.</summary>
internal sealed class InspectJob(Terminal terminal, string model, bool verify)
{
    /// <exception cref="ToolException">There is no such file.</exception>
    /// <exception cref="IOException">The file cannot be read, or is damaged.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using SafetensorsFile file = await SavedModel.OpenAsync(model, cancellationToken, map: true).ConfigureAwait(false);
        if (verify)
        {
            await terminal.VerifyAsync("Verifying", file.Tensors.Sum(tensor => tensor.ByteLength), progress => file.Verify(progress, cancellationToken)).ConfigureAwait(false);
        }

        IndexFacts? index = IndexFacts.Of(file);
        terminal.Heading("Tensors");
        terminal.Table(
            [new Column("name", IsText: true), new Column("type", IsText: true), new Column("shape", IsText: true), new Column("bytes")],
            [.. file.Tensors.OrderBy(tensor => tensor.Name, StringComparer.Ordinal).Select(tensor => (IReadOnlyList<string>)
            [
                Terminal.OneLine(tensor.Name),
                tensor.Type.ToString(),
                "[" + string.Join(", ", tensor.Shape.Select(length => length.ToString(CultureInfo.InvariantCulture))) + "]",
                tensor.ByteLength.ToString("n0", CultureInfo.InvariantCulture),
            ])]);
        terminal.Heading("Descriptions");
        foreach ((string key, string value) in file.Metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            terminal.Line(Terminal.OneLine($"{key}: {value}"));
        }

        index?.Show(terminal);
        if (EmbeddingsOf(file) is { } embeddings)
        {
            Examine(embeddings);
        }

        return ExitCode.Done;
    }

    private static Tensor<float>? EmbeddingsOf(SafetensorsFile file)
    {
        const string Name = "index.embeddings";
        return file.Contains(Name) && file.GetInfo(Name) is { Type: SafetensorsType.F32, Shape: [> 0 and <= int.MaxValue, > 0 and <= int.MaxValue] }
            ? SnapshotTensors.View(file, Name, 2)
            : null;
    }

    private void Examine(Tensor<float> embeddings)
    {
        DoctorReport report = ModelDoctor.Examine(embeddings, embeddings);
        EmbeddingHealth health = report.Candidates;
        terminal.Heading("Candidates");
        terminal.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{embeddings.Shape.Rows:n0} of {Counted.Of(health.Dimensions, "dimension")}; effective rank {health.EffectiveRank:f1}; norms {health.NormLow:g3} to {health.NormHigh:g3}, median {health.NormMedian:g3}; mean cosine {health.MeanCosine:f3}; dead {100 * health.DeadRows:f1} %."));
        foreach (string finding in report.Findings.Distinct(StringComparer.Ordinal))
        {
            terminal.Line("The doctor: " + Terminal.OneLine(finding));
        }
    }
}
