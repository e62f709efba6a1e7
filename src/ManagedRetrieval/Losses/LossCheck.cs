using System.Numerics;
using ManagedRetrieval.Checks;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Losses;

/// <summary>The checks that the loss layers share.</summary>
internal static class LossCheck
{
    public static void Matrix<T>(Variable<T> logits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (logits.Shape.Rank != 2 || logits.Shape[1] < logits.Shape[0])
        {
            throw Argument.OtherShape(nameof(logits), "[Q, C] with C at least Q", logits.Shape);
        }
    }

    public static void Vector<T>(string name, Tensor<T> tensor, int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (tensor.Shape != new Shape(length))
        {
            throw Argument.OtherShape(name, $"[{length}]", tensor.Shape);
        }
    }

    /// <summary>A list of columns for each row, first the row's own; or nothing at all.</summary>
    public static void Positives(string name, OpIndices positives, Shape logits)
    {
        ReadOnlySpan<int> columns = positives.Values.Span, offsets = positives.Offsets.Span;
        if (columns.IsEmpty && offsets.IsEmpty)
        {
            return;
        }

        bool fits = offsets.Length == logits[0] + 1 && offsets[0] == 0 && offsets[^1] == columns.Length && !columns.ContainsAnyExceptInRange(0, logits[1] - 1);
        for (int row = 0; fits && row < logits[0]; row++)
        {
            fits = offsets[row] < offsets[row + 1] && offsets[row + 1] <= columns.Length && columns[offsets[row]] == row;
        }

        if (!fits)
        {
            throw new ArgumentException($"{name} must be a list of columns 0 to {logits[1] - 1} for each of the {logits[0]} rows, first the row's own.", name);
        }
    }

    /// <param name="name">The argument.</param>
    /// <param name="ids">One for each of <paramref name="count"/> things.</param>
    /// <param name="count">How many.</param>
    /// <param name="things">What they are called.</param>
    /// <param name="user">What needs them.</param>
    public static void Ids(string name, CandidateIds ids, int count, string things, string user)
    {
        if (ids.Count != count)
        {
            throw new ArgumentException(
                ids.Count == 0
                    ? $"{user} needs {name}, one for each of the {count} {things}, but none came."
                    : $"{name} must be one for each of the {count} {things}, not {ids.Count}.",
                name);
        }

        ids.ThrowIfNull(name);
    }

    /// <returns>1 / temperature in the type of the logits.</returns>
    public static T Temperature<T>(string name, double temperature, string? argument = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // The factor, too, must be a positive and finite number of the type.
        T factor = T.CreateChecked(1 / temperature);
        return double.IsFinite(temperature) && factor > T.Zero && T.IsFinite(factor)
            ? factor
            : throw new ArgumentException(
                FormattableString.Invariant($"{name} must be positive and finite, and so must its inverse, not {temperature}."), argument ?? name);
    }

    public static void Probabilities<T>(string name, Tensor<T> probabilities, int candidates, bool zeroIsAllowed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector(name, probabilities, candidates);
        ReadOnlySpan<T> values = probabilities.Span;
        for (int i = 0; i < values.Length; i++)
        {
            if (!((values[i] > T.Zero || (zeroIsAllowed && T.IsZero(values[i]))) && values[i] <= T.One))
            {
                throw new ArgumentException(FormattableString.Invariant(
                    $"{name} must lie in {(zeroIsAllowed ? '[' : '(')}0, 1], but number {i} is {values[i]}."), name);
            }
        }
    }

    public static void Weights<T>(string name, Tensor<T> weights, int queries)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector(name, weights, queries);
        SampleWeights.Check<T>(name, weights.Span, queries);
        if (!T.IsFinite(RowReduce.Sum<T>(weights.Span)))
        {
            throw new ArgumentException($"{name} must have a finite sum, but it overflows.", name);
        }
    }

    /// <summary>Metrics weigh by <see cref="float"/>.</summary>
    public static void FloatWeights<T>(string name, Tensor<T> weights)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ReadOnlySpan<T> values = weights.Span;
        for (int i = 0; i < values.Length; i++)
        {
            float narrow = float.CreateTruncating(values[i]);
            if (!float.IsFinite(narrow) || (narrow == 0 && !T.IsZero(values[i])))
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"{name} must be within the range of a float where metrics are computed, but number {i} is {values[i]}."), name);
            }
        }
    }

    public static void Known(string name, KnownPositives known, CandidateIds candidateIds, int queries)
    {
        known.Ids.ThrowIfNull(name);
        if (known.Ids.Count > 0 && known.Ids.TypeName != candidateIds.TypeName)
        {
            throw new ArgumentException($"{name} must hold ids of the type of the candidates' ids, {candidateIds.TypeName}, not {known.Ids.TypeName}.", name);
        }

        ReadOnlySpan<int> offsets = known.Offsets.Span;
        if (offsets.Length != queries + 1 || offsets[0] != 0 || offsets[^1] != known.Ids.Count)
        {
            string came = offsets.IsEmpty ? "none" : $"{offsets.Length} from {offsets[0]} to {offsets[^1]}";
            throw new ArgumentException($"{name} must have {queries + 1} offsets from 0 to {known.Ids.Count}, the number of ids, not {came}.", name);
        }

        for (int i = 1; i < offsets.Length; i++)
        {
            if (offsets[i] < offsets[i - 1])
            {
                throw new ArgumentException($"{name} must have ascending offsets, but offset {i} is {offsets[i]} after {offsets[i - 1]}.", name);
            }
        }
    }

    public static void Mask(string name, ScoreMask mask, int queries, int candidates, MaskedPositive maskedPositive)
    {
        if (mask.Queries != queries || mask.Candidates != candidates)
        {
            throw new ArgumentException($"{name} must have the shape [{queries}, {candidates}], not [{mask.Queries}, {mask.Candidates}].", name);
        }

        for (int row = 0; row < queries && maskedPositive == MaskedPositive.Error; row++)
        {
            if (!mask.Row(row)[row])
            {
                throw new ArgumentException($"{name} hides the positive of row {row}; MaskedPositive.DropRow would leave such rows out.", name);
            }
        }
    }
}
