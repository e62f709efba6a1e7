using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;

namespace ManagedRetrieval.Tests.Indexing;

/// <summary>A similarity that is none is refused wherever one is given.</summary>
public class SimilarityTests
{
    private static readonly int[] Identifiers = [7];

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    [InlineData(int.MaxValue)]
    public void A_number_that_is_no_similarity_is_refused_before_a_row_is_read(int number)
    {
        var none = (Similarity)number;
        var rows = new Tensor<float>(new Shape(1, 2));
        var unread = new Unread();
        foreach (Func<object> make in (Func<object>[])
        [
            () => new BruteForceIndex<int>(rows, Identifiers, similarity: none),
            () => new Float16Index<int>(rows, Identifiers, similarity: none),
            () => new Int8Index<int>(rows, Identifiers, similarity: none),
            () => PartitionedIndex<int>.Build(rows, Identifiers, similarity: none),
            () => new StreamingIndex<int>(unread, similarity: none),
            () => new LiveIndex<int>(2, (_, _) => throw new NotSupportedException(), none),
            () => BruteForceIndex<int>.Build(unread, similarity: none),
            () => Float16Index<int>.Build(unread, similarity: none),
            () => Int8Index<int>.Build(unread, similarity: none),
            () => PartitionedIndex<int>.Build(unread, similarity: none),
        ])
        {
            var refused = Assert.Throws<ArgumentOutOfRangeException>("similarity", make);
            Assert.Equal(none, refused.ActualValue);
            Assert.Contains("DotProduct or Cosine", refused.Message, StringComparison.Ordinal);
        }
    }

    private sealed class Unread : ICandidateSource<int>
    {
        public int Count => 1;

        public int Dimensions => 2;

        public IEnumerable<CandidateBatch<int>> ReadBatches() => throw new NotSupportedException("Nothing should be read.");
    }
}
