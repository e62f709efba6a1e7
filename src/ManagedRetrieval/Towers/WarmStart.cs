using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Towers;

/// <summary>What a new model took over from an earlier one.</summary>
/// <param name="Parameters">The parameters that were taken over, as a whole or in part.</param>
/// <param name="Rows">The embedding rows that were taken over.</param>
/// <param name="NewRows">The embedding rows of those tables that keep their first values, such as those of new ids.</param>
/// <param name="Left">The names of the parameters that keep their first values.</param>
public sealed record WarmStart(int Parameters, int Rows, int NewRows, IReadOnlyList<string> Left)
{
    /// <summary>Copies what an earlier model has learnt into a new one.</summary>
    /// <remarks>
    /// Parameters find each other by name. An embedding table that a feature reads goes row by row: a row of an id that the
    /// earlier model knew is copied, wherever it stood; buckets of unknown ids where both have as many, with one seed.
    /// Others go as a whole where their shapes are equal. Train further with a new optimizer.
    /// </remarks>
    /// <param name="model">Changed.</param>
    /// <param name="earlier">Only read.</param>
    public static WarmStart Apply<TQuery, TCandidate>(TwoTowerModel<TQuery, TCandidate> model, TwoTowerModel<TQuery, TCandidate> earlier)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(earlier);
        Dictionary<string, Parameter<float>> before = earlier.Parameters.ToDictionary(parameter => parameter.Name, StringComparer.Ordinal);
        Dictionary<string, object> features = FeaturesOfTables(model), featuresBefore = FeaturesOfTables(earlier);
        (int parameters, int rows, int newRows) = (0, 0, 0);
        var left = new List<string>();
        foreach (Parameter<float> parameter in model.Parameters)
        {
            string name = parameter.Name;
            int[]? map = before.ContainsKey(name) && features.TryGetValue(name, out object? feature) && featuresBefore.TryGetValue(name, out object? featureBefore)
                ? RowMap.Between(feature, featureBefore)
                : null;
            if (map is not null && parameter.Value.Shape[1] == before[name].Value.Shape[1])
            {
                int copied = Copy(before[name].Value, parameter.Value, map);
                (parameters, rows, newRows) = (parameters + 1, rows + copied, newRows + map.Length - copied);
            }
            else if (!features.ContainsKey(name) && before.TryGetValue(name, out Parameter<float>? same) && same.Value.Shape == parameter.Value.Shape)
            {
                same.Value.Span.CopyTo(parameter.Value.Span);
                parameters++;
            }
            else
            {
                left.Add(name);
            }
        }

        return new WarmStart(parameters, rows, newRows, left);
    }

    private static int Copy(Tensor<float> source, Tensor<float> target, int[] map)
    {
        int copied = 0;
        for (int row = 0; row < map.Length; row++)
        {
            if (map[row] >= 0)
            {
                source.Row(map[row]).CopyTo(target.Row(row));
                copied++;
            }
        }

        return copied;
    }

    /// <summary>For each table of embeddings, by its name, a feature whose ids are its rows.</summary>
    private static Dictionary<string, object> FeaturesOfTables<TQuery, TCandidate>(TwoTowerModel<TQuery, TCandidate> model)
    {
        var features = new Dictionary<string, object>(StringComparer.Ordinal);
        Add(model.QueryTower, model.QueryFeatures.Features.Select(feature => feature.Feature));
        Add(model.CandidateTower, model.CandidateFeatures.Features.Select(feature => feature.Feature));
        return features;

        void Add(Tower<float> tower, IEnumerable<object> ofTower)
        {
            foreach ((TowerInput<float> input, object feature) in tower.Inputs.Zip(ofTower))
            {
                foreach (EmbeddingTable<float> table in input switch
                {
                    BagInput<float> { Weights: { } weights } bag => [bag.Table, weights],
                    BagInput<float> bag => [bag.Table],
                    SequenceInput<float> sequence => [sequence.Table],
                    _ => Array.Empty<EmbeddingTable<float>>(),
                })
                {
                    features.TryAdd(table.Name, feature);
                }
            }
        }
    }
}
