using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Tests.Towers;

/// <summary>Random towers of several inputs of all kinds, batches for them, and what they must give.</summary>
internal static class TowerSamples
{
    /// <summary>A table whose rows are away from zero, for inputs that share it.</summary>
    public static EmbeddingTable<T> Table<T>(string name, int rows, int width, Draw draw)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(name, draw.Tensor<T>(new Shape(rows, width), Domain.Positive));

    /// <summary>The same tower for every T where the draws are the same. Some inputs look up <paramref name="shared"/>.</summary>
    /// <param name="name">Before the names of all parameters.</param>
    /// <param name="shared">A table of the caller's.</param>
    /// <param name="draw">Decides all.</param>
    /// <param name="outputs">The width of the last layer; null for whatever comes.</param>
    public static Tower<T> Make<T>(string name, EmbeddingTable<T> shared, Draw draw, int? outputs = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TowerJoin join = draw.OneOf(TowerJoin.Concatenate, TowerJoin.Sum);
        TowerInput<T>[] inputs = [.. Enumerable.Range(0, draw.Between(1, 8)).Select(i => Input($"{name}.{i}", shared, join, draw))];
        int width = new Tower<T>(inputs, join: join).Dimensions;
        var layers = new List<Layer<T>>();
        for (int i = draw.Between(0, 3); i > 0; i--)
        {
            layers.Add(Layer<T>($"{name}.layer{i}", width, draw));
            width = layers[^1].Outputs;
        }

        if (outputs is { } last)
        {
            layers.Add(Linear<T>.Create(name + ".last", width, last, draw.Seed, 5));
        }

        LayerChecks.Fill([.. layers.SelectMany(layer => layer.Parameters)], draw);
        return new Tower<T>(inputs, layers, normalize: draw.Bool(), join);
    }

    /// <summary>A batch for a tower; lists are empty where <paramref name="least"/> is 0, and ids repeat.</summary>
    public static EncodedBatch Batch<T>(Tower<T> tower, int count, Draw draw, int least = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        return new EncodedBatch([.. tower.Inputs.Select(Column)]);

        EncodedColumn Column(TowerInput<T> input)
        {
            if (input is DenseInput<T> dense)
            {
                var rows = new DenseRows(dense.Width);
                for (int i = 0; i < count; i++)
                {
                    draw.Values(dense.Width, Domain.AwayFromZero).Select(value => (float)value).ToArray().CopyTo(rows.AppendRow());
                }

                return rows;
            }

            int bound = TableOf(input).Value.Shape[0];
            return TowerTests.Ragged([.. Enumerable.Range(0, count).Select(_ => draw.Ids(draw.Between(least, 5), bound))]);
        }
    }

    /// <summary>What a tower must give in evaluation, in plain loops; only the encoders of sequences, which have tests of their own, are used as they are.</summary>
    public static double[][] Expected(Tower<double> tower, EncodedBatch batch)
    {
        double[][] x = [.. Enumerable.Range(0, batch.Count).Select(row => Joined(tower, batch, row))];
        foreach (Layer<double> layer in tower.Layers)
        {
            x = layer switch
            {
                Linear<double> linear => SlowLayers.Linear(x, linear),
                DenseLayer<double> dense => SlowLayers.Dense(x, dense),
                CrossNetwork<double> cross => SlowLayers.Cross(x, cross),
                _ => SlowLayers.Norm(x, (NormLayer<double>)layer),
            };
        }

        return tower.Normalize ? [.. x.Select(Normalized)] : x;
    }

    public static double[] Normalized(double[] row)
    {
        double length = Math.Sqrt(row.Sum(value => value * value));
        return length > 0 ? [.. row.Select(value => value / Math.Max(length, 1e-6))] : row;
    }

    public static EmbeddingTable<T> TableOf<T>(TowerInput<T> input)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => input is BagInput<T> bag ? bag.Table : ((SequenceInput<T>)input).Table;

    private static TowerInput<T> Input<T>(string name, EmbeddingTable<T> shared, TowerJoin join, Draw draw)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // What is added must have one width.
        int width = join == TowerJoin.Sum ? shared.Value.Shape[1] : draw.Length();
        EmbeddingTable<T> table = draw.Bool() ? shared : Table<T>(name + ".table", draw.Length(), width, draw);
        switch (draw.Below(3))
        {
            case 0:
                return new DenseInput<T>(name, width);
            case 1:
                EmbeddingTable<T>? weights = draw.Bool() ? Table<T>(name + ".weights", table.Value.Shape[0], 1, draw) : null;
                return new BagInput<T>(name, table, draw.OneOf(BagCombiner.Sum, BagCombiner.Mean, BagCombiner.SqrtN), weights);
            default:
                string kind = join == TowerJoin.Sum ? draw.OneOf("mean", "pooling", "causal") : draw.OneOf("mean", "pooling", "causal", "recurrent");
                return new SequenceInput<T>(name, table, Renamed<T>(name, kind, table.Value.Shape[1], draw));
        }
    }

    private static HistoryEncoder<T> Renamed<T>(string name, string kind, int width, Draw draw)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        HistoryEncoder<T> encoder = kind switch
        {
            "mean" => new MeanHistory<T>(width),
            "pooling" => AttentionPooling<T>.Create(name, width, draw.Length(), draw.Seed, 1),
            "recurrent" => RecurrentHistory<T>.Create(name, width, draw.Length(), draw.Seed, 1),
            _ => CausalAttentionHistory<T>.Create(name, width, new() { MaximumLength = draw.Between(1, 5), Blocks = 1, DropoutRate = 0.3 }, draw.Seed, 1),
        };
        LayerChecks.Fill(encoder.Parameters, draw);
        return encoder;
    }

    // No rectifier, whose kink central differences may step over; it has tests of its own.
    private static Layer<T> Layer<T>(string name, int width, Draw draw)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => draw.Below(4) switch
        {
            0 => Linear<T>.Create(name, width, draw.Length(), draw.Seed, 1),
            1 => DenseLayer<T>.Create(
                name, width, draw.Length(), new() { Activation = draw.OneOf(Activation.None, Activation.Tanh), LayerNorm = draw.Bool(), DropoutRate = draw.OneOf(0, 0.3), Residual = draw.Bool() }, draw.Seed, 1),
            2 => CrossNetwork<T>.Create(name, width, draw.Between(1, 2), draw.Bool() ? draw.Between(1, width) : null, draw.Seed, 1),
            _ => NormLayer<T>.Create(name, width),
        };

    private static double[] Joined(Tower<double> tower, EncodedBatch batch, int row)
    {
        double[][] parts = [.. tower.Inputs.Select((input, i) => input switch
        {
            DenseInput<double> => [.. ((DenseRows)batch.Columns[i])[row].ToArray().Select(value => (double)value)],
            BagInput<double> bag => Bag(bag, ((RaggedIds)batch.Columns[i])[row].ToArray()),
            _ => Sequence((SequenceInput<double>)input, ((RaggedIds)batch.Columns[i])[row].ToArray()),
        })];
        return tower.Join == TowerJoin.Concatenate ? [.. parts.SelectMany(part => part)] : parts.Aggregate(SlowLayers.Sum);
    }

    private static double[] Bag(BagInput<double> bag, int[] ids)
    {
        double[] weights = [.. ids.Select(id => bag.Weights is null ? 1 : bag.Weights.Value.Span[id])];
        double divisor = ids.Length == 0 ? 1 : bag.Combiner switch
        {
            BagCombiner.Mean => weights.Sum(),
            BagCombiner.SqrtN => Math.Sqrt(weights.Sum(weight => weight * weight)),
            _ => 1,
        };
        return SlowLayers.Weighted([.. ids.Select(id => bag.Table.Value.Row(id).ToArray())], [.. weights.Select(weight => weight / divisor)], bag.Width);
    }

    private static double[] Sequence(SequenceInput<double> input, int[] ids)
    {
        double[] rows = [.. ids.SelectMany(id => input.Table.Value.Row(id).ToArray())];
        var tensor = new Tensor<double>(new Shape(ids.Length, input.Table.Value.Shape[1]), rows);
        return input.Encoder.Apply(new Tape<double>().Constant(tensor), new[] { 0, ids.Length }).Value.Span.ToArray();
    }
}
