using System.Globalization;
using System.Text.Json.Nodes;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.Retrieval;
using ManagedRetrieval.Tests.Persistence;

namespace ManagedRetrieval.Tests.Retrieval;

public class RetrieverSnapshotTests
{
    private static readonly byte[] Text = RetrieverSamples.Bytes(RetrieverSamples.Text());
    private static readonly byte[] Ids = RetrieverSamples.Bytes(RetrieverSamples.Ids());

    [Fact]
    public void The_description_is_as_documented()
    {
        Assert.Equal(
            """
            {"format_version":2,
            "query":{"features":[{"name":"query","feature":{"type":"id","key":"long","out_of_vocabulary_buckets":2,"seed":3,"known_keys":2}}],
            "tower":{"inputs":[{"type":"bag","feature":"query","table":"query.table","combiner":"sum","weights":null}],"join":"concatenate",
            "layers":[{"type":"linear","weights":"query.linear.weights","bias":"query.linear.bias"}],"normalize":false}},
            "candidate":{"features":[{"name":"candidate","feature":{"type":"id","key":"int","out_of_vocabulary_buckets":2,"seed":0,"known_keys":3}}],
            "tower":{"inputs":[{"type":"bag","feature":"candidate","table":"candidate.table","combiner":"sum","weights":null}],"join":"concatenate",
            "layers":[{"type":"linear","weights":"candidate.linear.weights","bias":"candidate.linear.bias"}],"normalize":false}},
            "matryoshka":[],"index":{"type":"brute_force","identifiers":"string"}}
            """.ReplaceLineEndings(""),
            RetrieverSamples.Description(Ids));
        Assert.Equal(
            ["candidate.candidate.keys", "candidate.linear.bias", "candidate.linear.weights", "candidate.table", "index.embeddings", "index.identifiers.offsets",
                "index.identifiers.utf8", "query.linear.bias", "query.linear.weights", "query.query.keys", "query.table"],
            Samples.Load(Ids).Tensors.Select(tensor => tensor.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Asking_for_other_types_is_refused_by_name()
    {
        RetrieverSamples.Refused<long, string, string>(Text, "Feature 'query': the model's feature takes text, asked for long");
        RetrieverSamples.Refused<string, int, string>(Text, "Feature 'candidate': the model's feature takes text, asked for int");
        RetrieverSamples.Refused<string, string, long>(Text, "identifiers are of type string, asked for long");
        RetrieverSamples.Refused<string, string, Guid>(Text, "identifiers are of type string, asked for System.Guid");
        RetrieverSamples.Refused<string, int, string>(Ids, "Feature 'query': the model's feature takes long ids, asked for string");
        RetrieverSamples.Refused<int, int, string>(Ids, "Feature 'query': the model's feature takes long ids, asked for int");
        RetrieverSamples.Refused<long, long, string>(Ids, "Feature 'candidate': the model's feature takes int ids, asked for long");
        RetrieverSamples.Refused<long, int, int>(Ids, "identifiers are of type string, asked for int");
        byte[] longs = RetrieverSamples.Bytes(RetrieverSamples.Ids([1], [2], [3L]));
        RetrieverSamples.Refused<int, int, int>(longs, "identifiers are of type long, asked for int");
    }

    [Fact]
    public void A_file_without_a_sound_description_is_refused()
    {
        RetrieverSamples.Refused<string, string, string>(RetrieverSamples.WithDescription(Text, null), "holds no model of this library: metadata 'managed_retrieval' is missing");
        foreach (string wrong in new[] { "", "{", "nothing", "{} {}", "\0", new string('[', 10_000) })
        {
            RetrieverSamples.Refused<string, string, string>(RetrieverSamples.WithDescription(Text, wrong), "");
        }

        RetrieverSamples.Refused<string, string, string>(RetrieverSamples.WithDescription(Text, "[1]"), "The description is [1], expected an object");
    }

    [Fact]
    public void Every_property_that_is_missing_doubled_or_unknown_is_refused_by_name()
    {
        foreach ((string description, string problem) in DescriptionEdits.All(RetrieverSamples.Description(Text)))
        {
            RetrieverSamples.Refused<string, string, string>(RetrieverSamples.WithDescription(Text, description), problem);
        }

        foreach ((string description, string problem) in DescriptionEdits.All(RetrieverSamples.Description(Ids)))
        {
            RetrieverSamples.Refused<long, int, string>(RetrieverSamples.WithDescription(Ids, description), problem);
        }
    }

    [Theory]
    [InlineData("format_version", "1", "property 'format_version' is 1, expected an integer from 2 to 2")]
    [InlineData("format_version", "\"1\"", "property 'format_version' is \"1\"")]
    [InlineData("query", "null", "Side 'query' is null, expected an object")]
    [InlineData("index", "3", "Index is 3, expected an object")]
    [InlineData("index.type", "\"ivf\"", "Index: property 'type' is \"ivf\", expected one of \"brute_force\"")]
    [InlineData("index.identifiers", "\"guid\"", "Index: property 'identifiers' is \"guid\"")]
    [InlineData("query.tower.join", "\"product\"", "Tower 'query': property 'join' is \"product\"")]
    [InlineData("query.tower.inputs", "[]", "inputs must hold at least one input")]
    [InlineData("query.tower.inputs", "{}", "Tower 'query': property 'inputs' is {}, expected an array")]
    [InlineData("query.features", "[]", "A side of a model needs at least one feature")]
    [InlineData("query.tower.inputs.0.type", "\"lstm\"", "Tower 'query', input 0: property 'type' is \"lstm\"")]
    [InlineData("query.tower.inputs.0.weights", "\"query.table\"", "weights must have the shape [11, 1]")]
    [InlineData("query.tower.inputs.0.feature", "\"title\"", "'query' of 11 rows, but its tower reads 'title' of 11 rows")]
    [InlineData("query.tower.inputs.0.combiner", "\"max\"", "Tower 'query', input 0: property 'combiner' is \"max\"")]
    [InlineData("query.tower.inputs.0.table", "\"\"", "Tower 'query', input 0: property 'table' is \"\", expected a non-empty string")]
    [InlineData("query.tower.inputs.0.table", "\"nowhere\"", "tensor 'nowhere': is missing")]
    [InlineData("candidate.tower.inputs.0.table", "\"query.linear.bias\"", "tensor 'query.linear.bias': has rank 1, expected 2")]
    [InlineData("candidate.tower.layers.0", "true", "Tower 'candidate', layer 0 is true, expected an object")]
    [InlineData("candidate.tower.layers.0.weights", "\"candidate.table\"", "Layer 0 must take rows of length 3, not 11")]
    [InlineData("candidate.tower.layers.0.bias", "\"candidate.table\"", "tensor 'candidate.table': has rank 2, expected 1")]
    [InlineData("candidate.tower.layers.0.weights", "\"query.table\"", "Layer 0 must take rows of length 3, not 11")]
    [InlineData("candidate.tower.normalize", "1", "Tower 'candidate': property 'normalize' is 1")]
    [InlineData("query.features.0.feature.buckets", "12", "queryFeatures has 'query' of 12 rows, but its tower reads 'query' of 11 rows")]
    [InlineData("query.features.0.feature.buckets", "2147483647", "'query' of 2147483647 rows")]
    [InlineData("query.features.0.feature.maximum_character_ngram", "65", "at most 64")]
    [InlineData("query.features.0.feature.maximum_character_ngram", "2147483647", "at most 64")]
    [InlineData("query.features.0.feature.type", "\"image\"", "Feature 'query.query': property 'type' is \"image\"")]
    public void A_wrong_value_is_refused_by_name(string path, string value, string problem) =>
        RetrieverSamples.Refused<string, string, string>(RetrieverSamples.WithValue(Text, path, JsonNode.Parse(value)), problem);

    [Fact]
    public void Every_tensor_that_is_missing_or_of_another_rank_or_type_is_refused_by_name()
    {
        foreach (byte[] whole in new[] { Text, Ids })
        {
            SafetensorsFile file = Samples.Load(whole);
            foreach (SafetensorsInfo tensor in file.Tensors)
            {
                string name = tensor.Name;
                long[] shape = [.. tensor.Shape];
                RefusedByName(whole, name, null);
                RefusedByName(whole, name, writer => writer.Add(name, new double[tensor.ElementCount], shape));
                RefusedByName(whole, name, writer => writer.Add(name, new int[tensor.ElementCount], shape));
                RefusedByName(whole, name, writer => Add(writer, name, tensor.Type, (int)tensor.ElementCount, [.. shape, 1]));
                RefusedByName(whole, name, writer => Add(writer, name, tensor.Type, 1, []));
            }
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void A_number_that_is_not_finite_is_refused_with_its_place(float value)
    {
        foreach (SafetensorsInfo tensor in Samples.Load(Text).Tensors.Where(tensor => tensor.Type == SafetensorsType.F32))
        {
            float[] values = Samples.Load(Text).GetFloats(tensor.Name);
            values[^1] = value;
            byte[] bytes = RetrieverSamples.WithTensor(Text, tensor.Name, writer => writer.Add(tensor.Name, values, [.. tensor.Shape]));
            RetrieverSamples.Refused<string, string, string>(
                bytes, string.Create(CultureInfo.InvariantCulture, $"tensor '{tensor.Name}': element {values.Length - 1} is {value}, expected a finite number"));
        }
    }

    [Fact]
    public void Tensors_that_do_not_fit_each_other_are_refused()
    {
        RetrieverSamples.Refused<string, string, string>(
            RetrieverSamples.WithTensor(Text, "index.embeddings", writer => writer.Add("index.embeddings", new float[12], 6, 2)), "The model has 3 dimensions, but the index 2");
        RetrieverSamples.Refused<string, string, string>(
            RetrieverSamples.WithTensor(Text, "index.embeddings", writer => writer.Add("index.embeddings", new float[15], 5, 3)), "one for each of the 5 rows, not 6");
        RetrieverSamples.Refused<string, string, string>(
            RetrieverSamples.WithTensor(Text, "index.embeddings", writer => writer.Add("index.embeddings", Array.Empty<float>(), 0, 3)), "at least one row");
        RetrieverSamples.Refused<string, string, string>(
            RetrieverSamples.WithTensor(Text, "index.embeddings", writer => writer.Add("index.embeddings", Array.Empty<float>(), 0, long.MaxValue)), "axis of length 9223372036854775807");
        RetrieverSamples.Refused<string, string, string>(
            RetrieverSamples.WithTensor(Text, "query.table", writer => writer.Add("query.table", new float[30], 10, 3)), "'query' of 11 rows, but its tower reads 'query' of 10 rows");
        RetrieverSamples.Refused<string, string, string>(
            RetrieverSamples.WithTensor(Text, "query.linear.bias", writer => writer.Add("query.linear.bias", new float[2], 2)), "bias must have the shape [3], not [2]");
        RetrieverSamples.Refused<string, string, string>(
            RetrieverSamples.WithTensor(Text, "index.identifiers.offsets", writer => writer.Add("index.identifiers.offsets", new long[] { 0, 1 }, 2)), "'index.identifiers.offsets'");
        RetrieverSamples.Refused<long, int, string>(
            RetrieverSamples.WithTensor(Ids, "query.query.keys", writer => writer.Add("query.query.keys", new long[] { 4 }, 1)), "property 'known_keys' is 2, expected 1");
        RetrieverSamples.Refused<long, int, string>(
            RetrieverSamples.WithTensor(Ids, "query.query.keys", writer => writer.Add("query.query.keys", new long[] { 4, 4 }, 2)), "Key 1, '4', is already key 0");
        byte[] ints = RetrieverSamples.Bytes(RetrieverSamples.Ids([1], [2, 3], [8, 9]));
        RetrieverSamples.Refused<int, int, int>(
            RetrieverSamples.WithTensor(ints, "index.identifiers", writer => writer.Add("index.identifiers", new long[] { 8, 1L << 31 }, 2)), "identifier 1 is 2147483648, which is no int");
    }

    [Fact]
    public void A_table_without_dimensions_leaves_the_bias()
    {
        byte[] bytes = RetrieverSamples.WithTensor(Text, "query.table", writer => writer.Add("query.table", Array.Empty<float>(), 11, 0));
        bytes = RetrieverSamples.WithTensor(bytes, "query.linear.weights", writer => writer.Add("query.linear.weights", Array.Empty<float>(), 0, 3));
        Retriever<string, string, string> loaded = RetrieverSamples.Read<string, string, string>(bytes);
        Assert.Equal(RetrieverSamples.Text().Retrieve("", 9), loaded.Retrieve("red fish", 9));
    }

    private static void RefusedByName(byte[] whole, string name, Action<SafetensorsWriter>? replacement)
    {
        byte[] bytes = RetrieverSamples.WithTensor(whole, name, replacement);
        if (whole == Text)
        {
            RetrieverSamples.Refused<string, string, string>(bytes, $"tensor '{name}'");
        }
        else
        {
            RetrieverSamples.Refused<long, int, string>(bytes, $"tensor '{name}'");
        }
    }

    private static void Add(SafetensorsWriter writer, string name, SafetensorsType type, int count, long[] shape)
    {
        switch (type)
        {
            case SafetensorsType.F32: writer.Add(name, new float[count], shape); break;
            case SafetensorsType.I64: writer.Add(name, new long[count], shape); break;
            default: writer.Add(name, new byte[count], shape); break;
        }
    }
}
