using System.Globalization;
using System.Text;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Retrieval;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.FuzzHost;

/// <summary>Small files of every kind of index, alone and with a model, with identifiers of every type and both similarities.</summary>
/// <remarks>Each tensor has a multiple of 8 bytes: then none becomes a copy of what is mapped, whichever comes last.</remarks>
internal static class IndexSeeds
{
    private const int Rows = 136, Dimensions = 6, Together = 8;

    public static IEnumerable<FuzzSeed> All()
    {
        for (int i = 0; i < IndexKinds.Names.Count; i++)
        {
            string kind = IndexKinds.Names[i];
            foreach (bool hasModel in (bool[])[false, true])
            {
                // The types go round from kind to kind, another one with the model than without.
                Similarity similarity = (i % 2 == 0) == hasModel ? Similarity.Cosine : Similarity.DotProduct;
                yield return ((i + (hasModel ? 1 : 0)) % 3) switch
                {
                    0 => Seed(kind, Enumerable.Range(0, Rows).Select(row => (3 * row) - 70).ToArray(), similarity, hasModel),
                    1 => Seed(kind, Enumerable.Range(0, Rows).Select(row => long.MaxValue - (row / 2)).ToArray(), similarity, hasModel),
                    _ => Seed(kind, Texts(), similarity, hasModel),
                };
            }
        }
    }

    private static FuzzSeed Seed<TId>(string kind, TId[] identifiers, Similarity similarity, bool hasModel)
        where TId : notnull
    {
        FuzzSeed seed = hasModel ? WithModel(kind, identifiers, similarity) : Alone(kind, identifiers, similarity);
        FileSeal.TryHeader(seed.Bytes, out int length);
        return FileSeal.Parse(seed.Bytes, length)!.Tensors.Find(tensor => tensor.ByteLength % Together != 0) is { } odd
            ? throw new InvalidOperationException($"Tensor {odd.Name} of {seed.Name} has {odd.ByteLength} bytes, no multiple of {Together}.")
            : seed with { HasIndex = true };
    }

    private static FuzzSeed Alone<TId>(string kind, TId[] identifiers, Similarity similarity)
        where TId : notnull
    {
        var random = new Random(5);
        var rows = new Tensor<float>(new Shape(Rows, Dimensions));
        foreach (ref float element in rows.Span)
        {
            element = random.NextSingle() - 0.5f;
        }

        // Rows that are equal, and one of zeros.
        rows.Row(8).CopyTo(rows.Row(9));
        rows.Row(70).Clear();
        return FuzzSeed.Of(
            "index-" + kind, IndexFile.Write(IndexKinds.Make(kind, rows, identifiers, similarity)), file => IndexSearches.Run(IndexFile.Read<TId>(file, null, null)));
    }

    private static FuzzSeed WithModel<TId>(string kind, TId[] identifiers, Similarity similarity)
        where TId : notnull
    {
        int[] candidates = [.. Enumerable.Range(100, Rows)];
        var model = new TwoTowerModel<long, int>(
            new IdFeature<long>(new Vocabulary<long>([4, long.MinValue], 2, seed: 3)), new IdFeature<int>(new Vocabulary<int>(candidates, 1)), new() { Dimensions = Dimensions, Seed = 6 });
        TopKIndex<TId> index = IndexKinds.Make(kind, model.EmbedCandidates(candidates), identifiers, similarity);
        return FuzzSeed.Of("model-" + kind, RetrieverSnapshot.Write(new Retriever<long, int, TId>(model, index)), file =>
        {
            Retriever<long, int, TId> read = RetrieverSnapshot.Read<long, int, TId>(file, null, null);
            return IndexSearches.Run((TopKIndex<TId>)read.Index) ^ Corpus.Ask(read, 4L, long.MaxValue);
        });
    }

    /// <summary>Texts of many lengths, some of them repeated, the last one as long as makes a multiple of 8 bytes of all.</summary>
    private static string[] Texts()
    {
        string[] texts = [.. Enumerable.Range(0, Rows).Select(row => string.Create(CultureInfo.InvariantCulture, $"{new string('ż', row % 5)}{row / 3}🐢"))];
        texts[0] = "";
        texts[^1] = new string('x', Together - (texts[..^1].Sum(Encoding.UTF8.GetByteCount) % Together));
        return texts;
    }
}
