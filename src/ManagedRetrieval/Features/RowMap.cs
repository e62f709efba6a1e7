namespace ManagedRetrieval.Features;

/// <summary>Which embedding rows of a feature mean the same as which of an earlier form of it.</summary>
internal static class RowMap
{
    /// <summary>For each row of a feature the row of the earlier one that means the same, −1 where none does; null where the features cannot be compared.</summary>
    public static int[]? Between(object feature, object earlier) => (feature, earlier) switch
    {
        (IdFeature<string> now, IdFeature<string> before) => Of(now.Vocabulary, before.Vocabulary),
        (IdFeature<int> now, IdFeature<int> before) => Of(now.Vocabulary, before.Vocabulary),
        (IdFeature<long> now, IdFeature<long> before) => Of(now.Vocabulary, before.Vocabulary),
        (OptionalFeature<string> now, OptionalFeature<string> before) => Between(now.Value, before.Value),
        (OptionalValueFeature<int> now, OptionalValueFeature<int> before) => Between(now.Value, before.Value),
        (OptionalValueFeature<long> now, OptionalValueFeature<long> before) => Between(now.Value, before.Value),
        (ListFeature<string> now, ListFeature<string> before) => Between(now.Element, before.Element),
        (ListFeature<int> now, ListFeature<int> before) => Between(now.Element, before.Element),
        (ListFeature<long> now, ListFeature<long> before) => Between(now.Element, before.Element),
        (TextFeature now, TextFeature before) when now.Options == before.Options => Same(now.RowCount),
        (HashFeature<string> now, HashFeature<string> before) => Of(now, before),
        (HashFeature<int> now, HashFeature<int> before) => Of(now, before),
        (HashFeature<long> now, HashFeature<long> before) => Of(now, before),
        (TimeBucketFeature now, TimeBucketFeature before) when (now.Buckets, now.Unit, now.OffsetMinutes) == (before.Buckets, before.Unit, before.OffsetMinutes) => Same(now.RowCount),
        _ => null,
    };

    private static int[]? Of<TKey>(HashFeature<TKey> now, HashFeature<TKey> before)
        where TKey : notnull =>
        (now.RowCount, now.Hashes, now.Seed) == (before.RowCount, before.Hashes, before.Seed) ? Same(now.RowCount) : null;

    private static int[] Of<TKey>(Vocabulary<TKey> now, Vocabulary<TKey> before)
        where TKey : notnull, IEquatable<TKey>
    {
        int[] rows = new int[now.Count];
        bool sameBuckets = (now.OutOfVocabularyBuckets, now.Seed) == (before.OutOfVocabularyBuckets, before.Seed);
        for (int bucket = 0; bucket < now.OutOfVocabularyBuckets; bucket++)
        {
            rows[bucket] = sameBuckets ? bucket : -1;
        }

        for (int i = 0; i < now.Keys.Count; i++)
        {
            rows[now.OutOfVocabularyBuckets + i] = before.Contains(now.Keys[i]) ? before.IndexOf(now.Keys[i]) : -1;
        }

        return rows;
    }

    private static int[] Same(int count)
    {
        int[] rows = new int[count];
        for (int row = 0; row < count; row++)
        {
            rows[row] = row;
        }

        return rows;
    }
}
