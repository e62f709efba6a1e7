using System.Globalization;
using System.Text.Json;

namespace ManagedRetrieval.Features;

/// <summary>Writes and restores features of numbers and vectors.</summary>
/// <remarks>
/// <c>{"type":"bucket","boundaries":…}</c>, how many, with the boundaries in the store under "name.boundaries";
/// <c>{"type":"number","transform":"none|log","mean":…,"deviation":…,"clip":…}</c>, the clip a number or null;
/// <c>{"type":"vector","width":…}</c>.
/// </remarks>
internal static class NumberFeatureCodec
{
    public const string Bucket = "bucket", Number = "number", Vector = "vector";

    private static readonly string[] Transforms = ["none", "log"];

    /// <summary>False where the feature is not of this family; nothing is written then.</summary>
    public static bool TryWrite(Utf8JsonWriter json, object feature, string name, IFeatureStore store)
    {
        switch (feature)
        {
            case BucketFeature bucket:
                json.WriteStartObject();
                json.WriteString("type", Bucket);
                json.WriteNumber("boundaries", bucket.Boundaries.Count);
                store.AddNumbers(BoundariesName(name), [.. bucket.Boundaries]);
                break;
            case NumberFeature number:
                json.WriteStartObject();
                json.WriteString("type", Number);
                json.WriteString("transform", Transforms[(int)number.Options.Transform]);

                // The shortest digits that give the same double again.
                json.WriteNumber("mean", number.Mean);
                json.WriteNumber("deviation", number.Deviation);
                WriteOptional(json, "clip", number.Options.Clip);
                break;
            case VectorFeature vector:
                json.WriteStartObject();
                json.WriteString("type", Vector);
                json.WriteNumber("width", vector.Width);
                break;
            default:
                return false;
        }

        json.WriteEndObject();
        return true;
    }

    public static object Read(string type, DescriptionProperties properties, string name, IFeatureStore store) => type switch
    {
        Bucket => ReadBucket(properties, name, store),
        Number => ReadNumber(properties),
        _ => ReadVector(properties),
    };

    private static BucketFeature ReadBucket(DescriptionProperties properties, string name, IFeatureStore store)
    {
        properties.AllowOnly("type", "boundaries");
        int count = properties.GetInt("boundaries", 0, int.MaxValue);
        double[] boundaries = store.GetNumbers(BoundariesName(name));
        return boundaries.Length == count
            ? properties.Build(() => new BucketFeature(boundaries))
            : throw properties.Error(
                "boundaries",
                count.ToString(CultureInfo.InvariantCulture),
                FormattableString.Invariant($"{boundaries.Length}, the number of boundaries stored"));
    }

    private static NumberFeature ReadNumber(DescriptionProperties properties)
    {
        properties.AllowOnly("type", "transform", "mean", "deviation", "clip");
        var options = new NumberFeatureOptions
        {
            Transform = (NumberTransform)Array.IndexOf(Transforms, properties.GetString("transform", Transforms)),
            Clip = properties.GetOptionalNumber("clip"),
        };
        double mean = properties.GetNumber("mean");
        double deviation = properties.GetNumber("deviation");
        return properties.Build(() => new NumberFeature(mean, deviation, options));
    }

    private static VectorFeature ReadVector(DescriptionProperties properties)
    {
        properties.AllowOnly("type", "width");
        return new VectorFeature(properties.GetInt("width", 1, int.MaxValue));
    }

    private static void WriteOptional(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static string BoundariesName(string feature) => feature + ".boundaries";
}
