using ManagedRetrieval.Features;

namespace ManagedRetrieval.Cli.Models;

/// <summary>The training part as features see it when they are fitted.</summary>
/// <param name="entities">The distinct users or items of the training part.</param>
/// <param name="keys">Their keys, each as often as it occurs there.</param>
/// <param name="itemKeys">The items' keys, each as often as it occurs there: what histories are made of.</param>
internal sealed class FitData(IReadOnlyList<Entity> entities, IEnumerable<string> keys, IEnumerable<string> itemKeys)
{
    public IReadOnlyList<Entity> Entities => entities;

    public Vocabulary<string> Keys(int outOfVocabularyBuckets, int minimumCount) => Vocabulary.Fit(keys, outOfVocabularyBuckets, minimumCount);

    public Vocabulary<string> Items(int outOfVocabularyBuckets, int minimumCount) => Vocabulary.Fit(itemKeys, outOfVocabularyBuckets, minimumCount);
}
