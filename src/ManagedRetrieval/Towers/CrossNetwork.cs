using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;

namespace ManagedRetrieval.Towers;

/// <summary>Products of the columns with each other, of a degree that grows with each layer (DCN-v2: Wang et al., WWW 2021).</summary>
/// <remarks>
/// Equation 1 of the paper, for rows: x_{l+1} = x₀ ⊙ (x_l · W_l + b_l) + x_l, x₀ being the input. With a rank,
/// W_l = V_l · U_lᵀ (equation 2; V is the projection), which costs 2·width·rank multiply-adds a row and layer instead of width².
/// </remarks>
public sealed class CrossNetwork<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly CrossLayer<T>[] _layers;

    /// <summary>Makes a network of existing layers.</summary>
    /// <param name="layers">At least one, all of one width.</param>
    /// <exception cref="ArgumentException">There is no layer, one is null, or their widths differ.</exception>
    public CrossNetwork(IReadOnlyList<CrossLayer<T>> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        _layers = [.. layers];
        if (_layers.Length == 0)
        {
            throw new ArgumentException("A cross network needs at least one layer.", nameof(layers));
        }

        for (int i = 0; i < _layers.Length; i++)
        {
            if (_layers[i] is null)
            {
                throw new ArgumentException($"layers must not hold null, but layer {i} is null.", nameof(layers));
            }

            if (_layers[i].Width != _layers[0].Width)
            {
                throw new ArgumentException($"layers must have one width, but layer {i} has {_layers[i].Width} after {_layers[0].Width}.", nameof(layers));
            }
        }
    }

    /// <summary>Makes a network with weights uniform in ±√(6 / (rows + columns)) (Glorot and Bengio, AISTATS 2010) and biases of zeros.</summary>
    /// <param name="name">Parameters are called <c>name.0.weights</c>, <c>name.0.bias</c> and, with a rank, <c>name.0.projection</c>, and so on.</param>
    /// <param name="width">The length of x and y, at least 1.</param>
    /// <param name="layers">How many layers, at least 1.</param>
    /// <param name="rank">The rank of each W, from 1 to the width; null for full matrices.</param>
    /// <param name="seed">Together with <paramref name="stream"/> decides the weights.</param>
    /// <param name="stream">Keeps the layers of one model apart.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static CrossNetwork<T> Create(string name, int width, int layers, int? rank, ulong seed, ulong stream)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(layers, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(rank ?? 1, 1, nameof(rank));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rank ?? 1, width, nameof(rank));
        ulong inner = NewParameter.InnerSeed(seed, stream);
        var made = new CrossLayer<T>[layers];
        for (int i = 0; i < layers; i++)
        {
            string part = FormattableString.Invariant($"{name}.{i}");
            made[i] = new CrossLayer<T>(
                Linear<T>.Create(part, rank ?? width, width, inner, (ulong)(2 * i)),
                rank is { } narrow ? NewParameter.Matrix<T>(part + ".projection", width, narrow, NewParameter.Glorot(width, narrow), inner, (ulong)((2 * i) + 1)) : null);
        }

        return new CrossNetwork<T>(made);
    }

    /// <summary>The layers in order.</summary>
    public IReadOnlyList<CrossLayer<T>> Layers => _layers;

    /// <inheritdoc/>
    public override int Inputs => _layers[0].Width;

    /// <inheritdoc/>
    public override int Outputs => Inputs;

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter<T>> Parameters => [.. _layers.SelectMany(layer => layer.Parameters)];

    /// <inheritdoc/>
    public override Variable<T> Apply(Variable<T> x, TowerPass pass = default)
    {
        Variable<T> y = x;
        foreach (CrossLayer<T> layer in _layers)
        {
            y = layer.Apply(x, y);
        }

        return y;
    }
}
