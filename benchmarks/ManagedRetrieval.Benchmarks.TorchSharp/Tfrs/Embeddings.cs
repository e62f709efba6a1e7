using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Benchmarks.TorchSharp.Tfrs;

/// <summary>Both tables of a model, by index of the vocabularies.</summary>
internal readonly record struct Embeddings(Tensor<float> Users, Tensor<float> Titles)
{
    /// <summary>‖ours − theirs‖ / ‖theirs‖, the greater of the two tables'.</summary>
    public static double Difference(Embeddings ours, Embeddings theirs) =>
        Math.Max(Numbers.Difference(ours.Users.Span, theirs.Users.Span), Numbers.Difference(ours.Titles.Span, theirs.Titles.Span));
}
