using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Indexing;

public class Float16IndexTests
{
    [Fact]
    public void A_source_makes_the_same_index_as_its_rows_in_memory()
    {
        var draw = new Draw(94, 12);
        Tensor<float> rows = draw.Tensor<float>(new Shape(20_000, 5)), queries = draw.Tensor<float>(new Shape(20, 5));
        string[] identifiers = [.. Enumerable.Range(0, 20_000).Select(row => $"{row % 3000}")];
        using var team = new WorkerTeam(3);
        foreach (Similarity similarity in Enum.GetValues<Similarity>())
        {
            var inMemory = new Float16Index<string>(rows, identifiers, similarity: similarity);
            Float16Index<string> built = Float16Index<string>.Build(new TensorCandidates<string>(rows, identifiers, batchRows: 371), team, similarity);
            Assert.Equal(inMemory.Search(queries, 30), built.Search(queries, 30));
            Assert.Equal(inMemory.Search(queries, 5000), built.Search(queries, 5000));
            Assert.True(inMemory.RoundedRows.Span.SequenceEqual(built.RoundedRows.Span));
            Assert.Equal(identifiers, built.Identifiers);
            Assert.False(built.IsExact);
        }
    }

    [Fact]
    public void The_range_of_Half_is_used_to_its_ends_and_what_lies_beyond_is_refused()
    {
        var rows = new Tensor<float>(new Shape(3, 2));
        (rows.Row(1)[0], rows.Row(1)[1], rows.Row(2)[1]) = (65519.9f, -65519.9f, 6e-8f);
        var index = new Float16Index<int>(rows, [0, 1, 2]);
        Assert.Equal([65504, 5.9604645e-8f, 0], index.Search(Tensor<float>.Of(new float[,] { { 1, 0 }, { 0, 1 } }), 3)
            .SelectMany(found => found.Select(candidate => candidate.Score)).Where(score => score >= 0).Distinct().OrderDescending());
        foreach (float wrong in (float[])[65520, -65520, 3e38f])
        {
            rows.Row(1)[1] = wrong;
            string number = FormattableString.Invariant($"{wrong}");
            Refusal.Of<ArgumentException>(() => _ = new Float16Index<int>(rows, [5, 6, 7]), "candidateEmbeddings", "row 1", "identifier 6", "dimension 1", number);
            Refusal.Of<InvalidDataException>(
                () => Float16Index<int>.Build(new TensorCandidates<int>(rows, [5, 6, 7], batchRows: 1)), "row 1", "identifier 6", "dimension 1", number);
            Assert.Equal(3, new Float16Index<int>(rows, [5, 6, 7], similarity: Similarity.Cosine).Search(rows.Rows(0, 1), 3)[0].Length);
        }

        Assert.Throws<OperationCanceledException>(
            () => Float16Index<int>.Build(new TensorCandidates<int>(new Tensor<float>(new Shape(2, 1)), [1, 2]), cancellationToken: new CancellationToken(canceled: true)));
        Assert.Throws<ArgumentNullException>("source", () => Float16Index<int>.Build(null!));
    }

    [Fact]
    public void All_that_keep_halves_take_what_is_rounded_to_a_finite_one_and_refuse_what_is_rounded_to_infinity()
    {
        var halves = new PartitionedOptions { Rescoring = PartitionedRescoring.HalfPrecision };
        foreach (float sign in (float[])[1, -1])
        {
            float refused = sign * 65520, taken = sign * MathF.BitDecrement(65520);
            Assert.Equal((false, true), (Half.IsFinite((Half)refused), Half.IsFinite((Half)taken)));
            Tensor<float> last = Tensor<float>.Of(new[,] { { 1 }, { taken } }), first = Tensor<float>.Of(new[,] { { 1 }, { refused } });
            TopKIndex<int>[] indexes = [new Float16Index<int>(last, [5, 6]), PartitionedIndex<int>.Build(last, [5, 6], halves), PartitionedIndex<int>.Build(Source(last), halves), Float16Index<int>.Build(Source(last))];
            Assert.All(indexes, index => Assert.Equal([new(6, 65504, 1)], index.Search(Tensor<float>.Of(new[,] { { sign } }), 1)[0]));
            Refusal.Of<ArgumentException>(() => _ = new Float16Index<int>(first, [5, 6]), "identifier 6", "65519.996");
            Refusal.Of<ArgumentException>(() => PartitionedIndex<int>.Build(first, [5, 6], halves), "identifier 6", "65519.996");
            Refusal.Of<InvalidDataException>(() => Float16Index<int>.Build(Source(first)), "identifier 6", "65519.996");
            Refusal.Of<InvalidDataException>(() => PartitionedIndex<int>.Build(Source(first), halves), "identifier 6", "65519.996");
        }

        static TensorCandidates<int> Source(Tensor<float> rows) => new(rows, [5, 6]);
    }
}
