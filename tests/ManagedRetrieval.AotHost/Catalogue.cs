using ManagedRetrieval.Data;
using ManagedRetrieval.Features;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.Retrieval;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.Towers;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.AotHost;

/// <summary>A generated catalogue: things that have a colour, a material and a kind, and what one says who looks for them.</summary>
internal static class Catalogue
{
    private static readonly string[] Colours = ["red", "green", "blue", "white", "black", "yellow", "grey", "brown"];
    private static readonly string[] Materials = ["wooden", "steel", "woollen", "paper", "glass", "leather"];
    private static readonly string[] Kinds = ["chair", "lamp", "bowl", "coat", "box", "pen", "clock", "shelf"];
    private static readonly string[] Wishes = ["to sit on", "to read by", "to eat from", "to wear", "to keep things in", "to write with", "to tell the time", "to put books on"];

    public static IReadOnlyList<string> Questions => ["something red to sit on", "something steel to tell the time", "something blue and woollen to wear"];

    /// <summary>Trains a model and indexes all things.</summary>
    public static Retriever<string, string, int> Train()
    {
        var things = new List<string>();
        var questions = new List<string>();
        var chosen = new List<int>();
        foreach (string colour in Colours)
        {
            foreach (string material in Materials)
            {
                for (int kind = 0; kind < Kinds.Length; kind++)
                {
                    foreach (string question in (string[])[$"something {colour} {Wishes[kind]}", $"something {material} {Wishes[kind]}", $"something {colour} and {material} {Wishes[kind]}"])
                    {
                        questions.Add(question);
                        chosen.Add(things.Count);
                    }

                    things.Add($"{colour} {material} {Kinds[kind]}");
                }
            }
        }

        var text = new TextFeature(new TextFeatureOptions { Buckets = 2000 });
        var model = new TwoTowerModel<string, string>(text, text, new TwoTowerOptions { Dimensions = 32, Seed = 7 });
        RetrievalDataset pairs = RetrievalDataset.Encode(model, questions, things, chosen.ToArray());
        var task = new RetrievalTask<float>(new() { Temperature = 0.1, RemoveAccidentalHits = true });
        new Trainer(model, task, new Adam<float>(learningRate: 0.01)).Fit(pairs, new TrainingOptions { Epochs = 5, BatchSize = 128, Seed = 7 });
        return Retriever<string, string, int>.Build(model, things, [.. Enumerable.Range(0, things.Count)]);
    }
}
