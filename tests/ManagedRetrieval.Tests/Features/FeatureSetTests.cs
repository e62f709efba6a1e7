using ManagedRetrieval.Data;
using ManagedRetrieval.Features;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Tests.Towers;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Tests.Features;

public class FeatureSetTests
{
    /// <summary>More than are encoded at a time, so that positions count from the list's start.</summary>
    private const int Many = 3000;

    [Theory]
    [InlineData(0, 0)]
    [InlineData(2, 1)]
    [InlineData(0, Many - 1)]
    [InlineData(2, 1024)]
    public void A_feature_that_does_not_append_exactly_one_row_is_refused_by_name_and_position(int rows, int position)
    {
        string[] good = [.. Enumerable.Repeat("good", Many)];
        string[] bad = [.. good];
        bad[position] = "bad";
        int[] positives = new int[Many];
        TwoTowerModel<string, string> model = Model(rows);
        Assert.Equal(Many, model.EmbedQueries(good).Shape.Rows);
        Assert.Equal(Many, RetrievalDataset.Encode(model, good, good, positives).Count);
        Refused(() => model.EmbedQueries(bad), "queries");
        Refused(() => model.EmbedCandidates(bad), "candidates");
        Refused(() => RetrievalDataset.Encode(model, bad, good, positives), "queries");
        Refused(() => RetrievalDataset.Encode(model, good, bad, positives), "corpus");

        void Refused(Action action, string argument)
        {
            string message = Assert.Throws<InvalidOperationException>(action).Message;
            Assert.Contains("Unsteady must append exactly one row", message, StringComparison.Ordinal);
            Assert.Contains($"appended {rows} for number {position} of {argument}.", message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1024)]
    [InlineData(Many - 1)]
    public void An_input_that_is_null_is_refused_by_argument_and_position(int position)
    {
        string[] good = [.. Enumerable.Repeat("good", Many)];
        string[] bad = [.. good];
        bad[position] = null!;
        int[] positives = new int[Many];
        TwoTowerModel<string, string> model = Model(1);
        Refused("queries", () => model.EmbedQueries(bad));
        Refused("candidates", () => model.EmbedCandidates(bad));
        Refused("queries", () => RetrievalDataset.Encode(model, bad, good, positives));
        Refused("corpus", () => RetrievalDataset.Encode(model, good, bad, positives));

        void Refused(string argument, Action action) => Assert.Contains(
            $"{argument} must not hold null, but number {position} is.", Assert.Throws<ArgumentException>(argument, action).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_feature_encodes_its_own_value_of_every_input()
    {
        FeatureSet<Rating> features = RecordSamples.Builder().Build().QueryFeatures;
        Rating[] ratings = RecordSamples.Ratings(5);
        EncodedBatch batch = features.Encode(ratings);
        Assert.Equal(features.Names.Count, batch.Columns.Length);
        for (int i = 0; i < ratings.Length; i++)
        {
            Assert.Equal(Encoded.Ids(new HashFeature<int>(9, 2), ratings[i].User), ((RaggedIds)batch.Columns[0])[i].ToArray());
            Assert.Equal(Encoded.Numbers(new NumberFeature(30, 9), ratings[i].Age), ((DenseRows)batch.Columns[4])[i].ToArray());
            Assert.Equal(ratings[i].Picture.ToArray(), ((DenseRows)batch.Columns[8])[i].ToArray());
            Assert.Equal(ratings[i].Country is null, ((RaggedIds)batch.Columns[9])[i].IsEmpty);
        }

        Assert.Equal(0, features.Encode([]).Count);
    }

    [Fact]
    public void A_value_that_a_feature_refuses_is_named_with_the_feature_and_the_input()
    {
        FeatureSet<Rating> features = RecordSamples.Builder().Build().QueryFeatures;
        Rating[] ratings = RecordSamples.Ratings(3);
        Refused(ratings[1] with { Words = null! }, "Feature 'words' cannot encode number 1 of inputs");
        Refused(ratings[1] with { Picture = new float[3] }, "Feature 'picture' cannot encode number 1 of inputs");
        Refused(null!, "inputs must not hold null, but number 1 is");
        FeatureSet<string> known = FeatureSet<string>.Of("key", new IdFeature<string>(new Vocabulary<string>(["a"], 0)));
        Refusal.Of<KeyNotFoundException>(() => known.Encode(["a", "b"]), "Feature 'key' cannot encode number 1 of inputs");
        Assert.Throws<ArgumentNullException>("inputs", () => known.Encode(null!));

        void Refused(Rating rating, string problem) => Refusal.Of<ArgumentException>(() => features.Encode([ratings[0], rating]), problem, "Parameter 'inputs'");
    }

    private static TwoTowerModel<string, string> Model(int rows) => new(new Unsteady(rows), new Unsteady(rows), new TwoTowerOptions { Dimensions = 2 });

    /// <summary>Breaks its contract for one input alone.</summary>
    private sealed class Unsteady(int rows) : ISparseFeature<string>
    {
        public int RowCount => 3;

        public void Encode(string input, RaggedIds destination)
        {
            for (int i = 0; i < (input == "bad" ? rows : 1); i++)
            {
                destination.AppendRow([i]);
            }
        }
    }
}
