using System.Collections.Frozen;
using System.Globalization;

namespace ManagedRetrieval.Extensions.Records;

/// <summary>The types that data properties may have.</summary>
internal static class ScalarTypes
{
    private static readonly ScalarType[] All =
    [
        new ScalarType<bool>("bool", typeof(bool?)),
        new ScalarType<byte>("uint8", typeof(byte?)),
        new ScalarType<short>("int16", typeof(short?)),
        new ScalarType<int>("int32", typeof(int?)),
        new ScalarType<long>("int64", typeof(long?)),
        new ScalarType<float>("float32", typeof(float?)),
        new ScalarType<double>("float64", typeof(double?)),
        new ScalarType<decimal>("decimal", typeof(decimal?)),
        new ScalarType<string>("string", typeof(string)),
        new ScalarType<Guid>("guid", typeof(Guid?)),
        new ScalarType<DateTime>("datetime", typeof(DateTime?), "O", text => DateTime.ParseExact(text, "O", CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind)),
        new ScalarType<DateTimeOffset>("datetimeoffset", typeof(DateTimeOffset?), "O", text => DateTimeOffset.ParseExact(text, "O", CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind)),
        new ScalarType<DateOnly>("date", typeof(DateOnly?), "O", text => DateOnly.ParseExact(text, "O", CultureInfo.InvariantCulture)),
        new ScalarType<TimeOnly>("time", typeof(TimeOnly?), "O", text => TimeOnly.ParseExact(text, "O", CultureInfo.InvariantCulture)),
    ];

    private static readonly FrozenDictionary<Type, ScalarType> ByType = All.ToFrozenDictionary(scalar => scalar.Type);

    private static readonly FrozenDictionary<string, ScalarType> ByName = All.ToFrozenDictionary(scalar => scalar.Name, StringComparer.Ordinal);

    /// <summary>For messages.</summary>
    public static string Names { get; } = string.Join(", ", All.Select(scalar => scalar.Type.Name)) + ", their nullable forms, and arrays and lists of them";

    /// <summary>The scalar of a type, which is no nullable one; null where there is none.</summary>
    public static ScalarType? Find(Type type) => ByType.GetValueOrDefault(type);

    /// <summary>The scalar that files call so; null where there is none.</summary>
    public static ScalarType? Find(string name) => ByName.GetValueOrDefault(name);
}
