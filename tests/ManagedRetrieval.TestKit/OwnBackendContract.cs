using System.Numerics;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.TestKit;

/// <summary>What backends of this library refuse alike besides, since it would be read beyond its end; the interface asks it of nobody.</summary>
public abstract class OwnBackendContract<T> : BackendContract<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [Theory]
    [InlineData("0 2 1 2", "number 2 is 1 where 2 or more")]
    [InlineData("0 0 3 2", "number 3 is 2 where 3 or more")]
    [InlineData("-1 0 1 2", "number 0 is -1 where 0 or more")]
    public void Offsets_of_excluded_rows_that_fall_or_lie_outside_the_list_are_refused_and_nothing_is_written(string offsets, string words)
    {
        var scores = new Tensor<T>(new Shape(3, 1), new[] { T.One, T.One, T.One });
        int[] rows = [7, 7, 7], starts = [.. offsets.Split(' ').Select(int.Parse)];
        Refusal.Of<ArgumentException>(
            () => Backend.TopK(new Tensor<T>(new Shape(3, 2)), new Tensor<T>(new Shape(4, 2)), 1, scores, rows, [0, 1], starts),
            "rise from 0 to 2", words, "'excludedOffsets'");
        Assert.Equal([T.One, T.One, T.One], scores.Span.ToArray());
        Assert.Equal([7, 7, 7], rows);
    }
}
