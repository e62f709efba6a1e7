using System.Globalization;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;

namespace ManagedRetrieval.Tests.Indexing;

/// <summary>What every index refuses, and its messages, of the simplest one.</summary>
public class BruteForceIndexRefusalTests
{
    [Fact]
    public void A_wrong_k_or_query_is_refused()
    {
        var index = new BruteForceIndex<int>(new Tensor<float>(new Shape(4, 2)), [0, 1, 2, 3]);
        Tensor<float> query = new(new Shape(1, 2));
        Assert.Throws<ArgumentOutOfRangeException>("k", () => index.Search(query, 0));
        Assert.Throws<ArgumentOutOfRangeException>("k", () => index.Search(query, -3));
        Refused("queryEmbeddings", () => index.Search(new Tensor<float>(new Shape(1, 3)), 1), "[queries, 2]", "[1, 3]");
        Refused("queryEmbeddings", () => index.Search(new Tensor<float>(new Shape(2)), 1), "[queries, 2]", "not [2]");
        Refused("queryEmbeddings", () => index.Search(new Tensor<float>(new Shape(1, 2, 3)), 1), "[queries, heads, 2]", "[1, 2, 3]");
        Refused("queryEmbeddings", () => index.Search(new Tensor<float>(new Shape(1, 0, 2)), 1), "at least one head", "[1, 0, 2]");
        foreach (float wrong in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
        {
            Tensor<float> queries = new(new Shape(3, 2));
            queries.Row(2)[1] = wrong;
            Refused("queryEmbeddings", () => index.Search(queries, 1), "row 2", "dimension 1", wrong.ToString(CultureInfo.InvariantCulture));
            Refused("queryEmbeddings", () => index.Search(new Tensor<float>(new Shape(1, 3, 2), queries.Memory), 1), "row 0", "head 2, dimension 1");
        }
    }

    [Fact]
    public void A_corpus_that_is_empty_or_not_finite_or_of_another_number_than_its_identifiers_is_refused()
    {
        Refused("candidateEmbeddings", () => Build(new Tensor<float>(new Shape(0, 2)), []), "at least one row", "[0, 2]");
        Refused("candidateEmbeddings", () => Build(new Tensor<float>(new Shape(2)), ["a", "b"]), "[candidates, d]", "not [2]");
        Refused("candidateEmbeddings", () => Build(default, []), "at least one row");
        Refused("identifiers", () => Build(new Tensor<float>(new Shape(3, 2)), ["a", "b"]), "3 rows", "not 2");
        Refused("identifiers", () => Build(new Tensor<float>(new Shape(3, 2)), ["a", "b", null!]), "must not hold null", "number 2");
        Assert.Throws<ArgumentNullException>("identifiers", () => Build(new Tensor<float>(new Shape(3, 2)), null!));
        foreach (float wrong in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
        {
            Tensor<float> candidates = new(new Shape(3, 2));
            candidates.Row(1)[0] = wrong;
            Refused(
                "candidateEmbeddings",
                () => Build(candidates, ["a", "the bad one", "c"]),
                "row 1",
                "the bad one",
                "dimension 0",
                wrong.ToString(CultureInfo.InvariantCulture));
        }

        static BruteForceIndex<string> Build(Tensor<float> candidates, string[] identifiers) => new(candidates, identifiers);
    }

    private static void Refused(string argument, Action call, params string[] parts)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(argument, call);
        Assert.All(parts, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }
}
