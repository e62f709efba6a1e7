using ManagedRetrieval.Engine.Kernels.Quantized;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels.Quantized;

public class GreatestKeysTests
{
    [Fact]
    public void The_greatest_keys_are_those_of_a_full_sort_whatever_their_order_and_the_room() => RandomCases.Check(
        draw =>
        {
            int count = draw.Between(0, 40 * draw.Size), wanted = draw.Between(1, 10 * draw.Size), scores = draw.OneOf(1, 3, 1000, int.MaxValue);
            ulong[] keys = [.. Enumerable.Range(0, count).Select(place => ScoreKeys.Of((uint)draw.Below(scores), place))];
            switch (draw.Below(3))
            {
                case 0:
                    Array.Sort(keys);
                    break;
                case 1:
                    Array.Sort(keys);
                    Array.Reverse(keys);
                    break;
                default:
                    break;
            }

            var greatest = new GreatestKeys(new ulong[draw.Between(wanted + 1, GreatestKeys.Room(wanted))], wanted);
            foreach (ulong key in keys)
            {
                greatest.Add(key);
            }

            Assert.Equal(count >= wanted, greatest.IsFull);
            Assert.Equal(keys.OrderDescending().Take(wanted), greatest.FinishSorted().ToArray());
        },
        cases: 500,
        size: 30);

    [Fact]
    public void A_key_below_the_least_is_never_among_the_greatest_and_the_least_itself_is()
    {
        var greatest = new GreatestKeys(new ulong[9], 4);
        for (ulong key = 1; key <= 9; key++)
        {
            greatest.Add(key);
        }

        Assert.Equal((6ul, 4), (greatest.Least, greatest.Count));
        greatest.Add(5);
        Assert.Equal([9, 8, 7, 6], greatest.FinishSorted().ToArray());
    }

    [Fact]
    public void Keys_order_scores_descending_and_places_ascending_and_give_both_back()
    {
        float[] scores = [float.NaN, float.NegativeInfinity, float.MinValue, -1, -float.Epsilon, 0, float.Epsilon, 1, 1.0000001f, float.MaxValue, float.PositiveInfinity];
        for (int i = 0; i < scores.Length; i++)
        {
            uint order = ScoreKeys.Order(scores[i]);
            Assert.Equal(scores[i], ScoreKeys.Value(order));
            Assert.True(i == 0 || order > ScoreKeys.Order(scores[i - 1]), $"{scores[i]}");
            Assert.True(ScoreKeys.Of(order, 3) > ScoreKeys.Of(order, 4));
            Assert.True(i == 0 || ScoreKeys.Of(order, int.MaxValue) > ScoreKeys.Of(ScoreKeys.Order(scores[i - 1]), 0));
            Assert.Equal((order, int.MaxValue - i), (ScoreKeys.Score(ScoreKeys.Of(order, int.MaxValue - i)), ScoreKeys.Place(ScoreKeys.Of(order, int.MaxValue - i))));
        }
    }
}
