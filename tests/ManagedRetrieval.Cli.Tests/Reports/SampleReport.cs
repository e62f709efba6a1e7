using ManagedRetrieval.Cli.Reports;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Cli.Tests.Reports;

/// <summary>A report with figures like those of a real run; all of them are made up.</summary>
internal static class SampleReport
{
    private const string Model = "two-tower model";

    private static readonly string[] Genres = ["Drama", "Comedy", "Thriller", "Action", "Documentary", "Children", "Horror", "Western", "Musical"];
    private static readonly string[] First = ["Silent", "Broken", "Last", "Golden", "Hidden", "Crimson", "Northern", "Paper", "Distant", "Burning", "Hollow", "Second"];
    private static readonly string[] Second = ["River", "Letters", "Garden", "Empire", "Winter", "Station", "Daughter", "Machine", "Harbour", "Frontier", "Mirror", "Orchard", "Signal"];

    public static RunReport Make() => new()
    {
        Title = "Films that people watched next",
        Summary = "The two-tower model finds the next film among its first 10 answers for 28.4 % of 5,964 unseen users, where the best baseline, co-occurrence, finds 23.1 %.",
        Facts =
        [
            new("Data", "1,000,209 ratings of 3,706 films by 6,040 users"),
            new("Split", "last film of each user for the test, last but one for validation"),
            new("Model", "two towers of 64 dimensions, normalised"),
            new("Loss", "sampled softmax, temperature 0.07, log q correction"),
            new("Optimizer", "Adagrad, learning rate 0.1, batches of 1,024"),
            new("Seed", "1"),
            new("Machine", "2 cores, AVX-512, .NET 10.0"),
        ],
        TrainingTime = TimeSpan.FromSeconds(187.4),
        LowerIsBetter = ["median rank"],
        Epochs = Epochs(),
        BestEpoch = 9,
        Methods = Methods(),
        Differences =
        [
            new(Model, "co-occurrence", "recall@10", new(0.053, 0.044, 0.062), "better"),
            new(Model, "BM25 on titles", "recall@10", new(0.246, 0.234, 0.258), "better"),
            new(Model, "most popular", "recall@10", new(0.187, 0.176, 0.198), "better"),
            new(Model, "co-occurrence", "MRR", new(0.0041, -0.0012, 0.0093), "no clear difference"),
            new(Model, "BM25 on titles", "MRR", new(0.111, 0.103, 0.119), "better"),
            new(Model, "most popular", "MRR", new(0.079, 0.071, 0.087), "better"),
        ],
        Popularity = new("recall@10",
        [
            Bin("1–10", 214, 0.047, 0.019, 0.061, 0),
            Bin("11–50", 688, 0.142, 0.071, 0.055, 0),
            Bin("51–200", 1704, 0.241, 0.184, 0.041, 0),
            Bin("201–1,000", 2611, 0.327, 0.281, 0.034, 0.041),
            Bin("over 1,000", 747, 0.421, 0.398, 0.029, 0.512),
        ]),
        Scores = Scores(),
        Items = Items(),
        SlowestParts =
        [
            new("StreamedSoftmaxLoss", 9.82, 17.4, 0.412),
            new("EmbeddingBag (query)", 3.11, 5.92, 0.137),
            new("MatrixProduct tower 2, layer 1", 2.86, 5.31, 0.124),
            new("MatrixProduct tower 1, layer 1", 2.71, 5.08, 0.118),
            new("Adagrad rows", 4.4, 0, 0.067),
            new("EmbeddingBag (candidate)", 0.92, 1.88, 0.042),
            new("NormalizeRows", 0.31, 0.58, 0.013),
            new("Relu", 0.12, 0.2, 0.005),
        ],
        Samples =
        [
            new("user 1187, last watched: Hidden Harbour, Silent Station, Last Empire",
            [
                new("Golden Frontier", 0.812, IsHit: true), new("Northern Signal", 0.794), new("Broken Mirror", 0.771), new("Distant Winter", 0.768), new("Paper Machine", 0.745),
            ]),
            new("user 42, last watched: Burning Orchard, Second Daughter",
            [
                new("Hollow Garden", 0.731), new("Crimson Letters", 0.722), new("Silent River", 0.709, IsHit: true), new("Paper Orchard", 0.701), new("Last Station", 0.69),
            ]),
        ],
    };

    private static List<EpochFigures> Epochs()
    {
        var draw = new Draw(3, 10);
        return
        [
            .. Enumerable.Range(1, 12).Select(epoch =>
            {
                double learnt = 1 - Math.Exp(-epoch / 2.8);
                double worn = Math.Max(0, epoch - 9) * 0.002;
                return new EpochFigures(epoch, 6.93 - 2.31 * learnt - 0.02 * epoch)
                {
                    Validation =
                    [
                        new("recall@10", 0.288 * learnt - worn + draw.Uniform(-0.002, 0.002)),
                        new("NDCG@10", 0.153 * learnt - 0.6 * worn + draw.Uniform(-0.001, 0.001)),
                        new("MRR", 0.134 * learnt - 0.5 * worn + draw.Uniform(-0.001, 0.001)),
                        new("median rank", 62 + 900 * Math.Exp(-epoch / 1.6) + draw.Uniform(0, 4)),
                    ],
                    Seconds = 15.4 + draw.Uniform(-0.4, 0.6),
                    Doctor = new()
                    {
                        EffectiveRank = 12 + 31 * learnt,
                        NormSpread = 0.04 + 0.21 * learnt,
                        TieRate = 0.012 * Math.Exp(-epoch / 2.0),
                        Coverage = 0.21 + 0.43 * learnt,
                        MaskedShare = 0.0031 + draw.Uniform(-0.0001, 0.0001),
                    },
                    Findings = epoch switch
                    {
                        1 => ["1.2 % of the validation queries have a tie at their positive; the figures take its expected place."],
                        11 => ["Validation has not improved for two epochs while the loss still falls: the model begins to learn the training pairs by heart."],
                        _ => [],
                    },
                };
            }),
        ];
    }

    private static MethodFigures[] Methods()
    {
        return
        [
            Method(Model, false, [0.062, 0.284, 0.151, 0.132, 61], [0.062, 0.191, 0.284, 0.397, 0.567, 0.693]),
            Method("co-occurrence", true, [0.057, 0.231, 0.139, 0.128, 88], [0.057, 0.164, 0.231, 0.332, 0.488, 0.611]),
            Method("BM25 on titles", true, [0.011, 0.038, 0.024, 0.021, 1204], [0.011, 0.026, 0.038, 0.055, 0.091, 0.131]),
            Method("most popular", true, [0.021, 0.097, 0.055, 0.053, 341], [0.021, 0.063, 0.097, 0.149, 0.254, 0.366]),
            Method("random", true, [0.0003, 0.0027, 0.0012, 0.0024, 1853], [0.0003, 0.0013, 0.0027, 0.0054, 0.0135, 0.027]),
        ];

        static MethodFigures Method(string name, bool isBaseline, double[] values, double[] recall)
        {
            string[] names = ["recall@1", "recall@10", "NDCG@10", "MRR", "median rank"];
            int[] ks = [1, 5, 10, 20, 50, 100];
            return new(name, isBaseline)
            {
                Metrics = [.. names.Select((metric, i) => new MetricFigure(metric, metric == "median rank" ? new(values[i], values[i] * 0.94, values[i] * 1.05) : Around(values[i])))],
                Recall = [.. ks.Select((k, i) => new RecallPoint(k, Around(recall[i])))],
            };
        }
    }

    // The normal approximation for a share of 5,964 queries.
    private static ConfidenceInterval Around(double share)
    {
        double error = 1.96 * Math.Sqrt(share * (1 - share) / 5964);
        return new(share, Math.Max(0, share - error), share + error);
    }

    private static PopularityBin Bin(string label, int queries, double model, double counts, double bm25, double popular) =>
        new(label, queries, [new(Model, model), new("co-occurrence", counts), new("BM25 on titles", bm25), new("most popular", popular)]);

    private static IReadOnlyList<ScoreHistogram> Scores()
    {
        var draw = new Draw(5, 10);
        return ScoreHistogram.Count(
            48,
            ("positives’ scores", Normal(draw, 5964, 0.58, 0.16)),
            ("random negatives’ scores", Normal(draw, 20000, 0.08, 0.17)),
            ("other known positives’ scores", Normal(draw, 9000, 0.49, 0.2)));
    }

    private static float[] Normal(Draw draw, int count, double mean, double deviation) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)Math.Clamp(mean + deviation * Normal(draw), -1, 1))];

    // The sum of twelve uniform numbers.
    private static double Normal(Draw draw) => Enumerable.Range(0, 12).Sum(_ => draw.Uniform()) - 6;

    private static ItemEmbeddings Items()
    {
        const int Count = 2600;
        const int Dimensions = 16;
        var draw = new Draw(7, 10);
        double[][] centres = [.. Genres.Select(_ => Enumerable.Range(0, Dimensions).Select(i => Normal(draw) * (i < 2 ? 1.4 : 0.5)).ToArray())];
        var embeddings = new Tensor<float>(new Shape(Count, Dimensions));
        string[] labels = new string[Count];
        string[] groups = new string[Count];
        long[] popularity = new long[Count];
        for (int row = 0; row < Count; row++)
        {
            int genre = Math.Min(draw.Below(Genres.Length), draw.Below(Genres.Length));
            for (int i = 0; i < Dimensions; i++)
            {
                embeddings.Row(row)[i] = (float)(centres[genre][i] + 0.55 * Normal(draw));
            }

            labels[row] = $"{First[draw.Below(First.Length)]} {Second[draw.Below(Second.Length)]} ({1935 + draw.Below(66)})";
            groups[row] = Genres[genre];
            popularity[row] = (long)(3400 * Math.Pow(draw.Uniform(), 3));
        }

        return new(embeddings, labels, popularity, groups) { GroupName = "genre", PopularityName = "ratings" };
    }
}
