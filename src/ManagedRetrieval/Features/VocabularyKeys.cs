namespace ManagedRetrieval.Features;

/// <summary>What a vocabulary must know about its type of key: its name, hash, order, and how it is stored.</summary>
/// <remarks>One object per type of key, so that no call boxes a number and nothing is looked up by reflection.</remarks>
internal abstract class VocabularyKeys<TKey> : IComparer<TKey>
    where TKey : notnull
{
    /// <summary>How the model's description names the type.</summary>
    public abstract string Name { get; }

    public abstract ulong Hash(TKey key, ulong seed);

    public abstract int Compare(TKey? x, TKey? y);

    public abstract void Save(IReadOnlyList<TKey> keys, string name, IFeatureStore store);

    /// <exception cref="FormatException">A stored value is not a key of this type.</exception>
    public abstract IReadOnlyList<TKey> Load(string name, IFeatureStore store);
}

/// <summary>Chooses the policy for a type of key.</summary>
internal static class VocabularyKeys
{
    /// <exception cref="NotSupportedException"><typeparamref name="TKey"/> is not string, int or long.</exception>
    public static VocabularyKeys<TKey> For<TKey>()
        where TKey : notnull
    {
        object? policy = typeof(TKey) == typeof(string) ? new StringKeys()
            : typeof(TKey) == typeof(int) ? new IntKeys()
            : typeof(TKey) == typeof(long) ? new LongKeys()
            : null;
        return policy as VocabularyKeys<TKey>
            ?? throw new NotSupportedException($"A vocabulary's keys are string, int or long, not {typeof(TKey)}.");
    }
}

internal sealed class StringKeys : VocabularyKeys<string>
{
    public override string Name => "string";

    public override ulong Hash(string key, ulong seed) => StableHash.Of(key, seed);

    public override int Compare(string? x, string? y) => string.CompareOrdinal(x, y);

    public override void Save(IReadOnlyList<string> keys, string name, IFeatureStore store) => store.AddStrings(name, keys);

    public override IReadOnlyList<string> Load(string name, IFeatureStore store) => store.GetStrings(name);
}

internal sealed class IntKeys : VocabularyKeys<int>
{
    public override string Name => "int";

    public override ulong Hash(int key, ulong seed) => StableHash.Of(key, seed);

    public override int Compare(int x, int y) => x.CompareTo(y);

    public override void Save(IReadOnlyList<int> keys, string name, IFeatureStore store)
    {
        long[] values = new long[keys.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = keys[i];
        }

        store.AddIntegers(name, values);
    }

    public override IReadOnlyList<int> Load(string name, IFeatureStore store)
    {
        long[] values = store.GetIntegers(name);
        int[] keys = new int[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            keys[i] = (int)values[i];
            if (keys[i] != values[i])
            {
                throw new FormatException($"Vocabulary '{name}': key {i} is {values[i]}, expected an int.");
            }
        }

        return keys;
    }
}

internal sealed class LongKeys : VocabularyKeys<long>
{
    public override string Name => "long";

    public override ulong Hash(long key, ulong seed) => StableHash.Of(key, seed);

    public override int Compare(long x, long y) => x.CompareTo(y);

    public override void Save(IReadOnlyList<long> keys, string name, IFeatureStore store) =>
        store.AddIntegers(name, keys.ToArray());

    public override IReadOnlyList<long> Load(string name, IFeatureStore store) => store.GetIntegers(name);
}
