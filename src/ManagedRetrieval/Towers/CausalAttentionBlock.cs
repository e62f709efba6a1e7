using System.Numerics;
using ManagedRetrieval.Checks;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Towers;

/// <summary>One block of a <see cref="CausalAttentionHistory{T}"/>: attention, then a network of one hidden layer, each beside the rows themselves.</summary>
/// <remarks>
/// a = x + dropout(attention(u · Q, u · K, u · V)) with u = norm(x), and y = a + outer(inner(norm(a))). Immutable but for its
/// parameters.
/// </remarks>
public sealed class CausalAttentionBlock<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly MatrixProduct<T> _product = new();
    private readonly CausalAttention<T> _attention = new();
    private readonly Add<T> _add = new();
    private readonly Dropout<T>? _dropout;

    /// <summary>Makes a block of existing parts.</summary>
    /// <param name="attentionNorm">Before attention; its width is that of the rows.</param>
    /// <param name="query">Q, [width, width].</param>
    /// <param name="key">K, [width, width].</param>
    /// <param name="value">V, [width, width].</param>
    /// <param name="hiddenNorm">Before the hidden layer.</param>
    /// <param name="inner">From the width to the hidden layer.</param>
    /// <param name="outer">From the hidden layer to the width.</param>
    /// <param name="dropoutRate">The share of what attention gives that a step of training drops, from 0 to less than 1.</param>
    /// <param name="dropoutSeed">Decides, with the step, what is dropped.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not in [0, 1).</exception>
    public CausalAttentionBlock(
        NormLayer<T> attentionNorm,
        DenseParameter<T> query,
        DenseParameter<T> key,
        DenseParameter<T> value,
        NormLayer<T> hiddenNorm,
        DenseLayer<T> inner,
        DenseLayer<T> outer,
        double dropoutRate = 0,
        ulong dropoutSeed = 0)
    {
        ArgumentNullException.ThrowIfNull(attentionNorm);
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(hiddenNorm);
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(outer);
        int width = attentionNorm.Inputs;
        CheckSquare(query, width, nameof(query));
        CheckSquare(key, width, nameof(key));
        CheckSquare(value, width, nameof(value));
        CheckWidth(hiddenNorm.Inputs, width, "width", nameof(hiddenNorm));
        CheckWidth(inner.Inputs, width, "inputs", nameof(inner));
        CheckWidth(outer.Inputs, inner.Outputs, "inputs", nameof(outer));
        CheckWidth(outer.Outputs, width, "outputs", nameof(outer));
        _dropout = TrainingDropout.Op<T>(dropoutRate, dropoutSeed);
        (AttentionNorm, Query, Key, Value) = (attentionNorm, query, key, value);
        (HiddenNorm, Inner, Outer, DropoutRate, DropoutSeed) = (hiddenNorm, inner, outer, dropoutRate, dropoutSeed);
    }

    /// <summary>Before attention.</summary>
    public NormLayer<T> AttentionNorm { get; }

    /// <summary>Q, [width, width].</summary>
    public DenseParameter<T> Query { get; }

    /// <summary>K, [width, width].</summary>
    public DenseParameter<T> Key { get; }

    /// <summary>V, [width, width].</summary>
    public DenseParameter<T> Value { get; }

    /// <summary>Before the hidden layer.</summary>
    public NormLayer<T> HiddenNorm { get; }

    /// <summary>From the width to the hidden layer.</summary>
    public DenseLayer<T> Inner { get; }

    /// <summary>From the hidden layer to the width.</summary>
    public DenseLayer<T> Outer { get; }

    /// <summary>The share of what attention gives that a step of training drops.</summary>
    public double DropoutRate { get; }

    /// <summary>Decides, with the step, what is dropped.</summary>
    public ulong DropoutSeed { get; }

    /// <summary>The length of a row.</summary>
    public int Width => AttentionNorm.Inputs;

    /// <summary>What training changes, in a fixed order.</summary>
    public IReadOnlyList<Parameter<T>> Parameters =>
        [.. AttentionNorm.Parameters, Query, Key, Value, .. HiddenNorm.Parameters, .. Inner.Parameters, .. Outer.Parameters];

    /// <summary>A block with random weights; its parts take streams 0 to 4 of <paramref name="seed"/>.</summary>
    internal static CausalAttentionBlock<T> Create(string name, int width, int hidden, double dropoutRate, ulong seed)
    {
        double limit = NewParameter.Glorot(width, width);
        var inner = new DenseLayerOptions { Activation = Activation.Relu, DropoutRate = dropoutRate };
        return new CausalAttentionBlock<T>(
            NormLayer<T>.Create(name + ".attention_norm", width),
            NewParameter.Matrix<T>(name + ".query", width, width, limit, seed, 0),
            NewParameter.Matrix<T>(name + ".key", width, width, limit, seed, 1),
            NewParameter.Matrix<T>(name + ".value", width, width, limit, seed, 2),
            NormLayer<T>.Create(name + ".hidden_norm", width),
            DenseLayer<T>.Create(name + ".inner", width, hidden, inner, seed, 3),
            DenseLayer<T>.Create(name + ".outer", hidden, width, inner with { Activation = Activation.None }, seed, 4),
            dropoutRate,
            NewParameter.InnerSeed(seed, 0));
    }

    /// <summary>y, of the shape of x.</summary>
    /// <param name="x">The sequences one after another, [total, <see cref="Width"/>].</param>
    /// <param name="offsets">Where each starts, and the total.</param>
    /// <param name="pass">Training or evaluation.</param>
    public Variable<T> Apply(Variable<T> x, ReadOnlyMemory<int> offsets, TowerPass pass = default)
    {
        Tape<T> tape = x.Tape;
        Variable<T> unit = AttentionNorm.Apply(x, pass);
        Variable<T> attended = tape.Apply(
            _attention,
            [
                tape.Apply(_product, [unit, tape.Parameter(Query)]),
                tape.Apply(_product, [unit, tape.Parameter(Key)]),
                tape.Apply(_product, [unit, tape.Parameter(Value)]),
            ],
            new OpIndices(default, offsets));
        Variable<T> joined = tape.Apply(_add, [x, TrainingDropout.Apply(_dropout, attended, pass)]);
        Variable<T> fed = Outer.Apply(Inner.Apply(HiddenNorm.Apply(joined, pass), pass), pass);
        return tape.Apply(_add, [joined, fed]);
    }

    private static void CheckSquare(DenseParameter<T> matrix, int width, string argument)
    {
        if (matrix.Value.Shape != new Shape(width, width))
        {
            throw Argument.OtherShape(argument, $"[{width}, {width}]", matrix.Value.Shape);
        }
    }

    private static void CheckWidth(int width, int expected, string what, string argument)
    {
        if (width != expected)
        {
            throw new ArgumentException(FormattableString.Invariant($"{argument} must have {expected} as its {what}, not {width}."), argument);
        }
    }
}
