using ManagedRetrieval.Features;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.Retrieval;
using ManagedRetrieval.Tests.Towers;

namespace ManagedRetrieval.Tests.Persistence;

/// <summary>Files in <c>Golden</c>, one for each format version, that every later version must still open. They are never written again.</summary>
public class GoldenTests
{
    internal static readonly Rating Asked = new(7, "one red fish", [20, 50, 20], 33, 1_000_000, new[] { 0.5f, -0.25f }, "de", 3);

    // What the model files knew when they were written.
    private static readonly FeatureBindings<Rating> QueryBindings = new FeatureBindings<Rating>()
        .Bind("user", rating => rating.User).Bind("words", rating => rating.Words).Bind("seen", rating => rating.Seen).Bind("seen too", rating => rating.Seen)
        .Bind("age", rating => rating.Age).Bind("age group", rating => rating.Age).Bind("hour", rating => rating.Time).Bind("clock", rating => rating.Time)
        .Bind("picture", rating => rating.Picture).Bind("country", rating => rating.Country).Bind("level", rating => rating.Level);

    private static readonly FeatureBindings<Movie> CandidateBindings = new FeatureBindings<Movie>()
        .Bind("id", movie => movie.Id).Bind("title", movie => movie.Title).Bind("genres", movie => movie.Genres).Bind("year", movie => movie.Year).Bind("studio", movie => movie.Studio);

    [Fact]
    public void Tensors_of_every_type_are_written_to_the_same_bytes_and_read_from_them()
    {
        string path = PathOf("tensors");
        Assert.Equal(File.ReadAllBytes(path), Samples.Bytes(Tensors()));
        using SafetensorsFile mapped = SafetensorsFile.Map(path);
        mapped.Verify();
        foreach (SafetensorsFile file in new[] { SafetensorsFile.Load(path), mapped })
        {
            Assert.Equal("zażółć", file.GetMetadata("made by"));
            Assert.Equal([1, -2.5f, float.PositiveInfinity], file.GetFloats("f32"));
            Assert.Equal([Math.E], file.GetDoubles("f64"));
            Assert.Equal([(Half)0.1f, Half.MaxValue], file.GetHalves("f16"));
            Assert.Equal([long.MinValue, 12345678901], file.GetLongs("i64"));
            Assert.Equal([int.MaxValue, -7], file.GetInts("i32"));
            Assert.Equal([513], file.GetUnsignedShorts("u16"));
            Assert.Equal([-128, 5], file.GetSignedBytes("i8"));
            Assert.Equal([0, 255], file.GetBytes("u8"));
            Assert.Equal(["", "🐢"], file.GetStrings("texts"));
            file.RequireShape("f32", SafetensorsType.F32, 1, 3);
        }
    }

    [Fact]
    public async Task A_text_model_of_version_2_answers_as_it_did()
    {
        Retriever<string, string, string> retriever = await Retriever<string, string, string>.LoadAsync(PathOf("text-2"));
        Same(retriever.Retrieve("two red fish", 3), ("5: the last", -0.0475217f), ("2: two fish", -0.049077924f), ("1: one blue żółw", -0.052494086f));
    }

    [Fact]
    public async Task A_record_model_of_version_2_with_features_of_every_type_answers_as_it_did()
    {
        Retriever<Rating, Movie, long> retriever = await Retriever<Rating, Movie, long>.LoadAsync(PathOf("records-2"), QueryBindings, CandidateBindings);
        Same(retriever.Retrieve(Asked, 3), (10L, 0.6691727f), (100L, 0.47600365f), (50L, 0.45298898f));
        Assert.Equal([2, 3], retriever.Model.MatryoshkaDimensions);
    }

    internal static SafetensorsWriter Tensors()
    {
        var writer = new SafetensorsWriter();
        writer.AddMetadata("made by", "zażółć");
        writer.Add("f32", new[] { 1, -2.5f, float.PositiveInfinity }, 1, 3);
        writer.Add("f64", new[] { Math.E });
        writer.Add("f16", new[] { (Half)0.1f, Half.MaxValue }, 2);
        writer.Add("i64", new[] { long.MinValue, 12345678901 }, 2, 1);
        writer.Add("i32", new[] { int.MaxValue, -7 }, 2);
        writer.Add("u16", new ushort[] { 513 }, 1, 1, 1);
        writer.Add("i8", new sbyte[] { -128, 5 }, 2);
        writer.Add("u8", new byte[] { 0, 255 }, 2);
        writer.AddStrings("texts", ["", "🐢"]);
        return writer;
    }

    // The last bits of a score are the machine's: exponentials differ between instruction sets.
    internal static void Same<TId>(ScoredCandidate<TId>[] found, params (TId Identifier, float Score)[] expected)
        where TId : notnull
    {
        Assert.Equal(expected.Select(candidate => candidate.Identifier), found.Select(candidate => candidate.Identifier));
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First.Score, pair.Second.Score, 1e-5f));
    }

    private static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Golden", name + ".safetensors");
}
