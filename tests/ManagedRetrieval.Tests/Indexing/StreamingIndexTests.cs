using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Tests.Persistence;

namespace ManagedRetrieval.Tests.Indexing;

public class StreamingIndexTests
{
    [Fact]
    public void Answers_have_the_bits_of_a_search_in_memory_however_the_rows_are_cut() => RandomCases.Check(
        draw =>
        {
            int count = draw.Between(1, 40 * draw.Size), width = draw.Length();
            Tensor<float> rows = draw.Tensor<float>(new Shape(count, width)), queries = draw.Tensor<float>(new Shape(draw.Length(), draw.Between(1, 2), width));
            int[] identifiers = draw.Ids(count, count);
            int k = draw.Between(1, 20), modulus = draw.Between(1, 5);
            Similarity similarity = draw.OneOf(Similarity.DotProduct, Similarity.Cosine);
            CandidateFilter<int> filter = new()
            {
                Exclusions = [.. Enumerable.Range(0, queries.Shape.Rows).Select(_ => draw.Ids(draw.Below(20), count))],
                Predicate = draw.Bool() ? null : identifier => identifier % modulus == 0,
            };
            using var team = new WorkerTeam(2);
            var stream = new StreamingIndex<int>(new Batches(rows, identifiers, draw), team, similarity);
            Assert.Equal(new BruteForceIndex<int>(rows, identifiers, similarity: similarity).Search(queries, k, filter), stream.Search(queries, k, filter));
        },
        cases: 200,
        size: 20);

    [Fact]
    public void One_search_reads_the_source_once_and_asks_the_predicate_once_for_each_candidate()
    {
        var draw = new Draw(86, 12);
        var source = new Batches(draw.Tensor<float>(new Shape(60, 3)), [.. Enumerable.Range(0, 60)], draw);
        var index = new StreamingIndex<int>(source);
        int asked = 0;
        index.Search(draw.Tensor<float>(new Shape(90, 3)), 5, new CandidateFilter<int> { Predicate = _ => ++asked > 0 });
        Assert.Equal((1, 60), (source.Reads, asked));
        index.Search(new Tensor<float>(new Shape(0, 3)), 5);
        Assert.Equal(1, source.Reads);
    }

    [Fact]
    public void A_batch_may_use_the_memory_of_the_one_before()
    {
        Tensor<float> rows = new Draw(87, 12).Tensor<float>(new Shape(50, 3)), query = new Draw(88, 12).Tensor<float>(new Shape(4, 3));
        string[] identifiers = [.. Enumerable.Range(0, 50).Select(row => $"{row}")];
        var reused = new Source<string>(50, 3, () => Reused(rows, identifiers));
        Assert.Equal(new BruteForceIndex<string>(rows, identifiers).Search(query, 7), new StreamingIndex<string>(reused).Search(query, 7));
        Assert.Equal(new Int8Index<string>(rows, identifiers).Search(query, 50).Select(found => found.Length), new StreamingIndex<string>(reused).Search(query, 50).Select(found => found.Length));
    }

    [Fact]
    public void A_source_that_is_not_what_it_says_is_refused_where_that_shows()
    {
        Tensor<float> two = new(new Shape(2, 3)), wide = new(new Shape(2, 4)), bad = new(new Shape(2, 3));
        bad.Row(1)[2] = float.NaN;
        Wrong(new(4, 3, () => [new(two, ["a", "b"]), new(wide, ["c", "d"])]), "3 dimensions", "row 2", "[2, 4]");
        Wrong(new(4, 3, () => [new(two, ["a", "b"]), new(default, ["c", "d"])]), "row 2");
        Wrong(new(4, 3, () => [new(two, ["a", "b"]), new(bad, ["c", "d"])]), "row 3", "identifier d", "NaN", "dimension 2");
        Wrong(new(4, 3, () => [new(two, ["a", "b"]), new(two, ["c"])]), "2 rows from row 2", "1 identifiers");
        Wrong(new(4, 3, () => [new(two, ["a", "b"]), new(two, null!)]), "2 rows from row 2", "0 identifiers");
        Wrong(new(4, 3, () => [new(two, ["a", "b"]), new(two, ["c", null!])]), "row 3");
        Wrong(new(4, 3, () => [new(two, ["a", "b"])]), "4 candidates", "ends after 2");
        Wrong(new(3, 3, () => [new(two, ["a", "b"]), new(two, ["c", "d"])]), "3 candidates", "at least 4");
        Refusal.Of<ArgumentException>(() => _ = new StreamingIndex<string>(new Source<string>(0, 3, () => [])), "at least one candidate", "'source'");
        Refusal.Of<ArgumentException>(() => _ = new StreamingIndex<string>(new Source<string>(3, 0, () => [])), "at least one dimension", "'source'");
        Assert.Throws<ArgumentNullException>("source", () => new StreamingIndex<string>(null!));

        static void Wrong(Source<string> source, params ReadOnlySpan<string> words)
        {
            var index = new StreamingIndex<string>(source);
            Refusal.Of<InvalidDataException>(() => index.Search(new Tensor<float>(new Shape(1, 3)), 1), words);
            Refusal.Of<InvalidDataException>(() => Int8Index<string>.Build(source), words);
        }
    }

    [Fact]
    public void Cancelling_stops_between_batches()
    {
        using var stop = new CancellationTokenSource();
        var source = new Source<int>(100, 1, Read);
        Assert.Throws<OperationCanceledException>(
            () => new StreamingIndex<int>(source).Search(new Tensor<float>(new Shape(1, 1)), 1, new TopKResults<int>(), cancellationToken: stop.Token));

        IEnumerable<CandidateBatch<int>> Read()
        {
            yield return new(new Tensor<float>(new Shape(50, 1)), new int[50]);
            stop.Cancel();
            yield return new(new Tensor<float>(new Shape(50, 1)), new int[50]);
            Assert.Fail("It read on.");
        }
    }

    [Fact]
    public void Rows_of_a_mapped_file_are_not_read_before_a_search()
    {
        Tensor<float> rows = new(new Shape(10, 2));
        rows.Row(9)[1] = float.PositiveInfinity;
        var source = new TensorCandidates<int>(rows, [.. Enumerable.Range(0, 10)], batchRows: 4, checkWhenRead: true);
        Assert.Equal([4, 4, 2], source.ReadBatches().Select(batch => batch.Embeddings.Shape.Rows));
        Assert.Equal(Enumerable.Range(0, 10), source.ReadBatches().SelectMany(batch => batch.Identifiers));
        Refusal.Of<InvalidDataException>(() => new StreamingIndex<int>(source).Search(new Tensor<float>(new Shape(1, 2)), 1), "row 9", "dimension 1");
        Refusal.Of<ArgumentException>(() => _ = new TensorCandidates<int>(rows, [.. Enumerable.Range(0, 10)]), "row 9");
        Assert.Throws<ArgumentOutOfRangeException>("batchRows", () => new TensorCandidates<int>(rows, [.. Enumerable.Range(0, 10)], batchRows: 0));
    }

    [Fact]
    public void Of_a_mapped_file_no_identifiers_are_decoded_but_those_that_are_found()
    {
        Tensor<float> rows = Tensor<float>.Of(new float[,] { { 1 }, { 5 }, { 2 }, { 9 }, { 7 }, { 3 } });
        byte[] bytes = Samples.Bytes(IndexFile.Write(new BruteForceIndex<string>(rows, ["a", "damaged", "c", "d", "e", "f"])));

        // No text in UTF-8 has this byte. The row is the best of its batch.
        bytes[bytes.AsSpan().IndexOf("damaged"u8)] = 0xFF;
        var mapped = (BruteForceIndex<string>)IndexFile.Read<string>(Samples.Map(bytes), null, null);
        var stream = new StreamingIndex<string>(new TensorCandidates<string>(mapped.Embeddings, mapped.Identifiers, batchRows: 3, checkWhenRead: true));
        Tensor<float> query = Tensor<float>.Of(new float[,] { { 1 } });
        ScoredCandidate<string>[] expected = [new("d", 9, 3), new("e", 7, 4)];
        Assert.Equal(expected, stream.Search(query, 2)[0]);
        Assert.Contains("index.identifiers", Assert.Throws<SnapshotFormatException>(() => stream.Search(query, 3)).Message, StringComparison.Ordinal);
    }

    private static IEnumerable<CandidateBatch<string>> Reused(Tensor<float> rows, string[] identifiers)
    {
        var memory = new Tensor<float>(new Shape(10, 3));
        string[] names = new string[10];
        for (int start = 0; start < 50; start += 10)
        {
            rows.Rows(start, 10).Span.CopyTo(memory.Span);
            identifiers.AsSpan(start, 10).CopyTo(names);
            yield return new CandidateBatch<string>(memory, names);
        }
    }

    private sealed class Source<TId>(int count, int dimensions, Func<IEnumerable<CandidateBatch<TId>>> read) : ICandidateSource<TId>
        where TId : notnull
    {
        public int Count => count;

        public int Dimensions => dimensions;

        public IEnumerable<CandidateBatch<TId>> ReadBatches() => read();
    }

    /// <summary>Batches of random lengths, empty ones among them.</summary>
    private sealed class Batches(Tensor<float> rows, int[] identifiers, Draw draw) : ICandidateSource<int>
    {
        public int Reads { get; private set; }

        public int Count => identifiers.Length;

        public int Dimensions => rows.Shape.RowLength;

        public IEnumerable<CandidateBatch<int>> ReadBatches()
        {
            Reads++;
            for (int start = 0, length; start < Count; start += length)
            {
                length = draw.Between(0, Math.Min(30, Count - start));
                yield return new CandidateBatch<int>(rows.Rows(start, length), identifiers[start..(start + length)]);
            }
        }
    }
}
