using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

public class EmbeddingBagTests
{
    [Fact]
    public void Is_what_its_formula_says() => OpCheck.Run(draw =>
    {
        (int rows, int width, int bags) = (draw.Length(), draw.Length(), draw.Length(minimum: 0));
        BagCombiner combiner = draw.OneOf(BagCombiner.Sum, BagCombiner.Mean, BagCombiner.SqrtN);
        int[] offsets = draw.Offsets(bags, draw.Length());
        int[] ids = draw.Ids(offsets[^1], rows);
        return new OpCase
        {
            Op = (new EmbeddingBag<double>(combiner), new EmbeddingBag<float>(combiner)),
            Inputs = [new OpInput("table", new Shape(rows, width), IsTable: true)],
            Indices = new OpIndices(ids, offsets),
            Output = new Shape(bags, width),
            LinearIn = [0],
            Reference = inputs =>
            {
                double[] result = new double[bags * width];
                for (int bag = 0; bag < bags; bag++)
                {
                    int count = offsets[bag + 1] - offsets[bag];
                    double divisor = combiner switch { BagCombiner.Mean => count, BagCombiner.SqrtN => Math.Sqrt(count), _ => 1 };
                    for (int p = offsets[bag]; p < offsets[bag + 1]; p++)
                    {
                        for (int d = 0; d < width; d++)
                        {
                            result[(bag * width) + d] += inputs[0][(ids[p] * width) + d] / divisor;
                        }
                    }
                }

                return result;
            },
        };
    });
}
