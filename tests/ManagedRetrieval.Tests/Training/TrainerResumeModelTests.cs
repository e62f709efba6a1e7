using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Features;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Tests.Towers;
using ManagedRetrieval.Towers;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Tests.Training;

/// <summary>A run goes on with the model and the groups that it began with, and with no other.</summary>
public sealed class TrainerResumeModelTests : IDisposable
{
    private static readonly Rating[] Ratings = RecordSamples.Ratings(60);
    private readonly string _folder = Directory.CreateTempSubdirectory("resume-model-").FullName;

    private string File => Path.Combine(_folder, "run.checkpoint");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(HistoryKind.Mean)]
    [InlineData(HistoryKind.Attention)]
    [InlineData(HistoryKind.Recurrent)]
    [InlineData(HistoryKind.CausalAttention)]
    public void A_model_of_several_features_goes_on_with_the_bits_of_a_run_that_nobody_disturbed(HistoryKind kind)
    {
        TwoTowerModel<Rating, Movie> undisturbed = Build(kind), first = Build(kind), second = Build(kind);
        Trainer(undisturbed).Fit(Encode(undisturbed), Options(4));
        Trainer(first).Fit(Encode(first), Options(2) with { Checkpoint = new() { Path = File } });
        Trainer(second).Resume(TrainingCheckpoint.Load(File), Encode(second), Options(4));
        Assert.Equal(TrainerTests.Values(undisturbed), TrainerTests.Values(second));

        static TwoTowerModel<Rating, Movie> Build(HistoryKind kind) => RecordSamples.Builder(kind, dropout: 0.3, [2, 4]).Build();
    }

    [Fact]
    public void Other_groups_dimensions_inputs_and_layers_are_refused_by_name()
    {
        Refused(Tower(), Tower(), [], "data was");
        Refused(Tower(), Tower(), [.. Groups.Select(group => group / 2)], "data was");
        Refused(Tower(), Tower(matryoshka: [2]), Groups, "matryoshka dimensions was none and is 2");
        Refused(Tower(), Tower(combiner: BagCombiner.SqrtN), Groups, "query tower was", "Mean of 'query.words.table'", "SqrtN of 'query.words.table'");
        Refused(Tower(), Tower(dropout: 0.4), Groups, "query tower was", "dropout 0.3", "dropout 0.4");
        Refused(Tower(), Tower(activation: Activation.Tanh), Groups, "query tower was", "DenseLayer with Relu", "DenseLayer with Tanh");
        Refused(Tower(), Tower(residual: true), Groups, "query tower was", "residual");
        TrainingOptions again = Options(2);
        TwoTowerModel<Rating, Movie> same = Tower().Build();
        Assert.Equal(2, Trainer(same).Resume(TrainingCheckpoint.Load(File), Encode(same), again).Count);
    }

    private static int[] Groups => [.. Ratings.Select(rating => rating.User)];

    private static TwoTowerBuilder<Rating, Movie> Tower(
        int[]? matryoshka = null, BagCombiner combiner = BagCombiner.Mean, double dropout = 0.3, Activation activation = Activation.Relu, bool residual = false)
    {
        var builder = new TwoTowerBuilder<Rating, Movie> { Dimensions = 4, MatryoshkaDimensions = matryoshka ?? [] };
        builder.Query
            .Embed("words", new TextFeature(new() { Buckets = 9 }), rating => rating.Words, new() { Combiner = combiner })
            .Dense(4, new() { DropoutRate = dropout, Activation = activation, Residual = residual });
        builder.Candidate.Embed("title", new TextFeature(new() { Buckets = 9 }), movie => movie.Title);
        return builder;
    }

    private static RetrievalDataset Encode(TwoTowerModel<Rating, Movie> model, int[]? groups = null) => RetrievalDataset.Encode(
        model, Ratings, RecordSamples.Corpus(), new Draw(4, 4).Ids(Ratings.Length, RecordSamples.Movies), groups: groups ?? Groups);

    private static TrainingOptions Options(int epochs) => new() { Epochs = epochs, BatchSize = 16 };

    private static Trainer Trainer(TwoTowerModel model) =>
        new(model, new RetrievalTask<float>(new() { Temperature = 0.2, RemoveAccidentalHits = true }), new Adam<float>(0.01));

    private void Refused(TwoTowerBuilder<Rating, Movie> saved, TwoTowerBuilder<Rating, Movie> other, int[] groups, params ReadOnlySpan<string> words)
    {
        TwoTowerModel<Rating, Movie> before = saved.Build(), after = other.Build();
        Trainer(before).Fit(Encode(before), Options(2) with { Checkpoint = new() { Path = File } });
        Refusal.Of<ArgumentException>(() => Trainer(after).Resume(TrainingCheckpoint.Load(File), Encode(after, groups), Options(2)), words);
    }
}
