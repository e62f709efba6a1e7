using System.Text.Json.Nodes;
using ManagedRetrieval.FuzzHost;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.Retrieval;
using ManagedRetrieval.Tests.Retrieval;

namespace ManagedRetrieval.Tests.Persistence;

/// <summary>
/// Files in <c>Golden</c> of every kind of index in format version 3, that every later version must still open, and in which it must find what was found when they were written.
/// They are never written again.
/// </summary>
/// <remarks>
/// They were made by running these tests with the environment variable <c>MANAGED_RETRIEVAL_GOLDEN</c> set to a folder, which then receives a file for each kind. A new kind or
/// a new version gets files of its own in this way.
/// </remarks>
public sealed class GoldenIndexTests : IDisposable
{
    private const string ModelName = "text-3.safetensors", ModelQuery = "two red fish";

    private static readonly string Golden = Path.Combine(AppContext.BaseDirectory, "Golden");

    private readonly string? _kept = Environment.GetEnvironmentVariable("MANAGED_RETRIEVAL_GOLDEN");
    private readonly string _folder;

    public GoldenIndexTests() => _folder = _kept ?? Directory.CreateTempSubdirectory("golden-").FullName;

    public static TheoryData<string> Kinds => [.. IndexKinds.Names];

    public void Dispose()
    {
        if (_kept is null)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public Task A_golden_file_answers_as_it_did(string kind) => GoldenIndex.Of(kind).CheckAsync(Golden);

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_is_written_today_has_the_form_of_the_golden_file(string kind)
    {
        GoldenIndex index = GoldenIndex.Of(kind);
        await index.WriteAsync(_folder);
        await index.CheckAsync(_folder);

        // Numbers may come out otherwise; the form may not without a new version.
        Assert.Equal(Form(index.PathIn(Golden)), Form(index.PathIn(_folder)));
    }

    [Fact]
    public async Task A_model_with_a_compressed_index_answers_as_it_did()
    {
        string path = Path.Combine(Golden, ModelName);
        using Retriever<string, string, string> mapped = Retriever<string, string, string>.Map(path);
        mapped.Verify();
        foreach (Retriever<string, string, string> retriever in (Retriever<string, string, string>[])[await Retriever<string, string, string>.LoadAsync(path), mapped])
        {
            Assert.IsType<Float16Index<string>>(retriever.Index);
            Assert.Equal("by hand", retriever.Annotations["made"]);
            Assert.Equal([0.5f, 0.25f, 0, 1, 0, 0.125f], retriever.CandidateSamplingProbability.ToArray());
            GoldenTests.Same(retriever.Retrieve(ModelQuery, 3), ("5: the last", -0.047400616f), ("2: two fish", -0.04906775f), ("1: one blue żółw", -0.052559298f));
        }
    }

    [Fact]
    public async Task A_model_with_a_compressed_index_is_written_in_the_form_of_the_golden_file()
    {
        Retriever<string, string, string> text = RetrieverSamples.Text();
        var rows = (BruteForceIndex<string>)text.Index;
        var retriever = new Retriever<string, string, string>(text.Model, new Float16Index<string>(rows.Embeddings, rows.Identifiers))
        {
            Annotations = new Dictionary<string, string> { ["made"] = "by hand" },
            CandidateSamplingProbability = new[] { 0.5f, 0.25f, 0, 1, 0, 0.125f },
        };
        await retriever.SaveAsync(Path.Combine(_folder, ModelName));
        Assert.Equal(Form(Path.Combine(Golden, ModelName)), Form(Path.Combine(_folder, ModelName)));
    }

    /// <summary>The description without its numbers and texts but for the version and the type of index, and each tensor's name, type and rank.</summary>
    private static string[] Form(string path)
    {
        SafetensorsFile file = SafetensorsFile.Load(path);
        JsonNode description = JsonNode.Parse(file.GetMetadata(IndexCodec.DescriptionKey))!;
        return
        [
            .. Properties(description, ""),
            $"{description["format_version"]} {description["index"]!["type"]}",
            .. file.Tensors.Select(tensor => $"{tensor.Name} {tensor.Type} {tensor.Shape.Count}"),
        ];
    }

    private static IEnumerable<string> Properties(JsonNode? node, string path) => node switch
    {
        JsonObject properties => properties.SelectMany(property => Properties(property.Value, $"{path}.{property.Key}")),
        JsonArray elements => elements.SelectMany(element => Properties(element, path + "[]")),
        _ => [$"{path} {node?.GetValueKind()}"],
    };
}
