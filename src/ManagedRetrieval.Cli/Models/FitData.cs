using ManagedRetrieval.Features;

namespace ManagedRetrieval.Cli.Models;

/// <summary>The training part as features see it when they are fitted.</summary>
/// <param name="entities">The distinct users or items of the training part.</param>
/// <param name="keys">Their keys, each as often as it occurs there.</param>
/// <param name="itemKeys">The items' keys, each as often as it occurs there: what histories are made of.</param>
internal sealed class FitData(IReadOnlyList<Entity> entities, IEnumerable<string> keys, IEnumerable<string> itemKeys)
{
    public IReadOnlyList<Entity> Entities => entities;

    /// <summary>Keys of users or items that an earlier model knew, which keep their places.</summary>
    public IReadOnlyList<string> EarlierKeys { get; init; } = [];

    /// <summary>Keys of items that an earlier model knew, which keep their places.</summary>
    public IReadOnlyList<string> EarlierItems { get; init; } = [];

    public Vocabulary<string> Keys(int outOfVocabularyBuckets, int minimumCount) => After(EarlierKeys, Vocabulary.Fit(keys, outOfVocabularyBuckets, minimumCount));

    public Vocabulary<string> Items(int outOfVocabularyBuckets, int minimumCount) => After(EarlierItems, Vocabulary.Fit(itemKeys, outOfVocabularyBuckets, minimumCount));

    private static Vocabulary<string> After(IReadOnlyList<string> earlier, Vocabulary<string> fitted) =>
        earlier.Count == 0 ? fitted : new Vocabulary<string>([.. earlier, .. fitted.Keys.Except(earlier)], fitted.OutOfVocabularyBuckets);
}
