using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Towers;

/// <summary>Says what one tower of a new model reads, and which layers follow. Each method returns the builder.</summary>
/// <typeparam name="TInput">An input, such as a record of the caller's.</typeparam>
public sealed class TowerBuilder<TInput>
{
    private readonly string _side;
    private readonly List<BoundFeature<TInput>> _features = [];
    private readonly List<Func<ModelParts, TowerInput<float>>> _inputs = [];
    private readonly List<Func<ModelParts, int, Layer<float>>> _layers = [];
    private TowerJoin _join;

    internal TowerBuilder(string side) => _side = side;

    /// <summary>Adds a sparse feature whose ids are embedded and joined as a bag.</summary>
    /// <param name="name">The feature's name in the model; other than those of the tower's other features.</param>
    /// <param name="feature">Turns values into ids.</param>
    /// <param name="value">Where the value is in an input.</param>
    /// <param name="options">How ids are embedded; null for the defaults.</param>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public TowerBuilder<TInput> Embed<TValue>(string name, ISparseFeature<TValue> feature, Func<TInput, TValue> value, EmbeddingOptions? options = null)
    {
        options ??= new EmbeddingOptions();
        ArgumentNullException.ThrowIfNull(feature);
        ArgumentNullException.ThrowIfNull(value);
        Add(new BoundSparseFeature<TInput, TValue>(Named(name), feature, value), parts => new BagInput<float>(
            name,
            parts.Table(Table(options.Table, name), feature.RowCount, options.Dimensions),
            options.Combiner,
            options.LearnWeights ? ModelParts.Weights($"{_side}.{name}.weights", feature.RowCount) : null));
        return this;
    }

    /// <summary>Adds a sparse feature whose ids are a sequence, oldest first, such as what a user did before.</summary>
    /// <param name="name">The feature's name in the model; other than those of the tower's other features.</param>
    /// <param name="feature">Turns values into ids.</param>
    /// <param name="value">Where the value is in an input.</param>
    /// <param name="options">How the sequence becomes one row; null for the mean.</param>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public TowerBuilder<TInput> Sequence<TValue>(string name, ISparseFeature<TValue> feature, Func<TInput, TValue> value, SequenceOptions? options = null)
    {
        options ??= new SequenceOptions();
        ArgumentNullException.ThrowIfNull(feature);
        ArgumentNullException.ThrowIfNull(value);
        Add(new BoundSparseFeature<TInput, TValue>(Named(name), feature, value), parts =>
        {
            EmbeddingTable<float> table = parts.Table(Table(options.Table, name), feature.RowCount, options.Dimensions);
            return new SequenceInput<float>(name, table, Encoder($"{_side}.{name}", table.Value.Shape[1], options, parts));
        });
        return this;
    }

    /// <summary>Adds a dense feature, whose numbers are read as they are.</summary>
    /// <param name="name">The feature's name in the model; other than those of the tower's other features.</param>
    /// <param name="feature">Turns values into numbers.</param>
    /// <param name="value">Where the value is in an input.</param>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public TowerBuilder<TInput> Numbers<TValue>(string name, IDenseFeature<TValue> feature, Func<TInput, TValue> value)
    {
        ArgumentNullException.ThrowIfNull(feature);
        ArgumentNullException.ThrowIfNull(value);
        Add(new BoundDenseFeature<TInput, TValue>(Named(name), feature, value), _ => new DenseInput<float>(name, feature.Width));
        return this;
    }

    /// <summary>Says how the features become one row; side by side by default.</summary>
    public TowerBuilder<TInput> Join(TowerJoin join)
    {
        _join = join;
        return this;
    }

    /// <summary>Adds a layer of a multi-layer perceptron.</summary>
    /// <param name="outputs">The width of its output, at least 1.</param>
    /// <param name="options">What the layer looks like; null for a rectifier alone.</param>
    public TowerBuilder<TInput> Dense(int outputs, DenseLayerOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        options ??= new DenseLayerOptions();
        return AddLayer((parts, width, name) => DenseLayer<float>.Create(name, width, outputs, options, parts.Seed, ModelParts.Stream(name)));
    }

    /// <summary>Adds a linear layer.</summary>
    /// <param name="outputs">The width of its output, at least 1; null for the model's dimensions.</param>
    public TowerBuilder<TInput> Linear(int? outputs = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs ?? 1, 1, nameof(outputs));
        return AddLayer((parts, width, name) => Linear<float>.Create(name, width, outputs ?? parts.Dimensions, parts.Seed, ModelParts.Stream(name)));
    }

    /// <summary>Adds a cross network, which multiplies features with each other.</summary>
    /// <param name="layers">How many layers, at least 1.</param>
    /// <param name="rank">The rank of each layer's matrix, at least 1 and at most the width; null for full matrices.</param>
    public TowerBuilder<TInput> Cross(int layers, int? rank = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(layers, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(rank ?? 1, 1, nameof(rank));
        return AddLayer((parts, width, name) => CrossNetwork<float>.Create(name, width, layers, rank, parts.Seed, ModelParts.Stream(name)));
    }

    /// <summary>Makes the features and the tower; where the last width is not the model's, a linear layer to it is added.</summary>
    internal (FeatureSet<TInput> Features, Tower<float> Tower) Build(ModelParts parts, bool normalize)
    {
        if (_features.Count == 0)
        {
            throw new InvalidOperationException($"The {_side} tower has no feature; add at least one.");
        }

        TowerInput<float>[] inputs = [.. _inputs.Select(make => make(parts))];
        int width = new Tower<float>(inputs, join: _join).Dimensions;
        var layers = new List<Layer<float>>();
        foreach (Func<ModelParts, int, Layer<float>> make in _layers)
        {
            layers.Add(make(parts, width));
            width = layers[^1].Outputs;
        }

        if (width != parts.Dimensions)
        {
            string name = _side + ".output";
            layers.Add(Linear<float>.Create(name, width, parts.Dimensions, parts.Seed, ModelParts.Stream(name)));
        }

        return (new FeatureSet<TInput>(_features), new Tower<float>(inputs, layers, normalize, _join));
    }

    private static HistoryEncoder<float> Encoder(string name, int width, SequenceOptions options, ModelParts parts)
    {
        ulong stream = ModelParts.Stream(name);
        return options.Encoder switch
        {
            HistoryKind.Mean => new MeanHistory<float>(width),
            HistoryKind.Attention => AttentionPooling<float>.Create(name, width, options.Hidden ?? width, parts.Seed, stream),
            HistoryKind.Recurrent => RecurrentHistory<float>.Create(name, width, options.Hidden ?? width, parts.Seed, stream),
            HistoryKind.CausalAttention => CausalAttentionHistory<float>.Create(name, width, options.CausalAttention, parts.Seed, stream),
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Encoder, "Encoder must be one of the named kinds."),
        };
    }

    private string Table(string? shared, string feature)
    {
        if (shared is null)
        {
            return $"{_side}.{feature}.table";
        }

        // A name of the other kind would join a table that a feature was to have to itself.
        return shared.Length == 0 || shared.StartsWith("query.", StringComparison.Ordinal) || shared.StartsWith("candidate.", StringComparison.Ordinal)
            ? throw new ArgumentException($"Feature '{feature}' of the {_side} tower: a shared table's name must not be empty nor begin with 'query.' or 'candidate.', as those of single features do, but is '{shared}'.")
            : shared + ".table";
    }

    private string Named(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return _features.Exists(feature => feature.Name == name)
            ? throw new ArgumentException($"The {_side} tower has a feature '{name}' already.", nameof(name))
            : name;
    }

    private void Add(BoundFeature<TInput> feature, Func<ModelParts, TowerInput<float>> input)
    {
        _features.Add(feature);
        _inputs.Add(input);
    }

    private TowerBuilder<TInput> AddLayer(Func<ModelParts, int, string, Layer<float>> make)
    {
        string name = FormattableString.Invariant($"{_side}.layer{_layers.Count}");
        _layers.Add((parts, width) => make(parts, width, name));
        return this;
    }
}
