using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Losses;
using ManagedRetrieval.Tasks;

namespace ManagedRetrieval.StepHost;

/// <summary>The pairs of one step, drawn from a seed.</summary>
internal sealed class StepBatch
{
    public StepBatch(StepKind kind, int pairs, int rows, int seed)
    {
        var random = new Random(seed);
        RaggedIds candidates;
        Queries = new EncodedBatch(Lists());
        Candidates = new EncodedBatch(candidates = Lists());
        int[] items = [.. Enumerable.Range(0, pairs).Select(pair => candidates[pair][0])];
        if (kind.Options)
        {
            int[] offsets = new int[pairs + 1];
            List<int> known = [];
            for (int query = 0; query < pairs; query++)
            {
                // Some are in the batch and some are not.
                known.AddRange(Enumerable.Range(0, query % 3).Select(i => i == 0 ? items[random.Next(pairs)] : random.Next(rows)));
                offsets[query + 1] = known.Count;
            }

            Arguments = new RetrievalArguments<float>
            {
                SampleWeight = Numbers(0.5),
                CandidateSamplingProbability = Numbers(0.01),
                CandidateIds = items,
                KnownPositives = new KnownPositives(known.ToArray(), offsets),
            };
        }

        RaggedIds Lists()
        {
            var lists = new RaggedIds();
            for (int pair = 0; pair < pairs; pair++)
            {
                for (int i = kind.Bags ? random.Next(360) : 0; i >= 0; i--)
                {
                    // The square makes low rows frequent, so that rows come several times in a step.
                    lists.Append((int)(rows * Math.Pow(random.NextDouble(), 2)));
                }

                lists.EndRow();
            }

            return lists;
        }

        Tensor<float> Numbers(double least)
        {
            var numbers = new Tensor<float>(new Shape(pairs));
            for (int i = 0; i < pairs; i++)
            {
                numbers.Span[i] = (float)(least + ((1 - least) * random.NextDouble()));
            }

            return numbers;
        }
    }

    /// <summary>Rows of the query table, a list for each pair.</summary>
    public EncodedBatch Queries { get; }

    /// <summary>Rows of the candidate table, a list for each pair.</summary>
    public EncodedBatch Candidates { get; }

    public RetrievalArguments<float> Arguments { get; }
}
