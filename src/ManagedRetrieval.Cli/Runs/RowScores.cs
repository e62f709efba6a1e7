using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>Scores of some candidates, with the bits that a search gives them: by the engine's product.</summary>
internal static class RowScores
{
    /// <param name="query">[1, d].</param>
    /// <param name="corpus">[N, d].</param>
    /// <param name="rows">Rows of the corpus.</param>
    /// <param name="team">Shares out the work.</param>
    /// <returns>One score for each row.</returns>
    public static float[] Of(Tensor<float> query, Tensor<float> corpus, ReadOnlySpan<int> rows, WorkerTeam team)
    {
        var candidates = new Tensor<float>(new Shape(rows.Length, corpus.Shape[1]));
        for (int i = 0; i < rows.Length; i++)
        {
            corpus.Row(rows[i]).CopyTo(candidates.Row(i));
        }

        float[] scores = new float[rows.Length];
        new CpuBackend<float>(team).MatrixProduct(query, false, candidates, true, new Tensor<float>(new Shape(1, rows.Length), scores), accumulate: false);
        return scores;
    }
}
