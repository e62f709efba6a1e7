using System.Numerics;
using ManagedRetrieval.Checks;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Sampling;

/// <summary>The candidates of past steps, as extra negatives without computing them anew: a cross-batch memory.</summary>
/// <remarks>
/// <para>
/// Wang et al., Cross-Batch Memory for Embedding Learning, CVPR 2020. The newest candidates are kept, up to the capacity and
/// up to an age in steps: a step reads the memory, then adds its own candidates; what the last step added has age 1. The
/// embeddings are those of their step and go stale as the model moves on. They are plain numbers: no gradient flows into them.
/// </para>
/// <para>
/// Kept as a window that slides through arrays of twice the capacity and moves to the front when it meets the end, so that
/// reading copies nothing and adding moves each entry at most once per capacity added. For use by one thread.
/// </para>
/// </remarks>
public sealed partial class CandidateMemory<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Tensor<T> _embeddings;
    private readonly Tensor<T> _probabilities;
    private readonly long[] _steps;
    private readonly IdWindow _ids;
    private long _step;
    private int _start;

    /// <summary>An empty memory.</summary>
    /// <param name="capacity">How many candidates it holds at most, at least 1.</param>
    /// <param name="dimensions">d, at least 1.</param>
    /// <param name="maximumAge">For how many steps a candidate is kept, at least 1; by default until newer ones take its place.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1, or twice the capacity times the dimensions is more than one array can hold.</exception>
    public CandidateMemory(int capacity, int dimensions, int maximumAge = int.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimensions);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maximumAge);
        if (2L * capacity * dimensions > Array.MaxLength)
        {
            throw new ArgumentOutOfRangeException(
                nameof(capacity), capacity, FormattableString.Invariant($"Twice capacity times dimensions must be at most {Array.MaxLength}, not {2L * capacity * dimensions}."));
        }

        (Capacity, Dimensions, MaximumAge) = (capacity, dimensions, maximumAge);
        int length = 2 * capacity;
        _embeddings = new Tensor<T>(new Shape(length, dimensions));
        _probabilities = new Tensor<T>(new Shape(length));
        _steps = new long[length];
        _ids = new IdWindow(length);
    }

    /// <summary>How many candidates it holds at most.</summary>
    public int Capacity { get; }

    /// <summary>d, the length of an embedding.</summary>
    public int Dimensions { get; }

    /// <summary>For how many steps a candidate is kept.</summary>
    public int MaximumAge { get; }

    /// <summary>How many candidates it holds, none of them too old.</summary>
    public int Count { get; private set; }

    /// <summary>Everything it holds, the oldest first, without a copy: valid until the next <see cref="Add"/> or <see cref="Clear"/>.</summary>
    public CandidateMemoryBatch<T> Read() =>
        new(_embeddings.Rows(_start, Count), _ids.Slice(_start, Count), _probabilities.Rows(_start, Count));

    /// <summary>Ends a step: adds copies of its candidates and forgets what became too old or has no room. Call it once per step.</summary>
    /// <param name="embeddings">[n, d], not from this memory. With none the step counts all the same; of more than the capacity the last are kept.</param>
    /// <param name="ids">n ids, always of the same kind.</param>
    /// <param name="probabilities">n sampling probabilities, per draw, each in (0, 1].</param>
    /// <exception cref="ArgumentException">An argument does not fit; nothing is changed then.</exception>
    public void Add(Tensor<T> embeddings, CandidateIds ids, ReadOnlySpan<T> probabilities)
    {
        Check(embeddings.Shape, ids, probabilities);
        _step++;
        int skipped = Math.Max(0, probabilities.Length - Capacity);
        int added = probabilities.Length - skipped;
        Forget(Math.Max(0, Count + added - Capacity));
        while (Count > 0 && _step + 1 - _steps[_start] > MaximumAge)
        {
            Forget(1);
        }

        if (_start + Count + added > _steps.Length)
        {
            MoveToFront();
        }

        if (added > 0)
        {
            int at = _start + Count;
            embeddings.Rows(skipped, added).Span.CopyTo(_embeddings.Rows(at, added).Span);
            probabilities[skipped..].CopyTo(_probabilities.Span[at..]);
            _ids.Write(ids, skipped, at);
            _steps.AsSpan(at, added).Fill(_step);
            Count += added;
        }
    }

    /// <summary>Forgets every candidate; the memory and the kind of ids stay.</summary>
    public void Clear()
    {
        (_start, Count) = (0, 0);
        _ids.Clear();
    }

    private void Forget(int count)
    {
        _start += count;
        Count -= count;
    }

    private void MoveToFront()
    {
        _embeddings.Rows(_start, Count).Span.CopyTo(_embeddings.Span);
        _probabilities.Rows(_start, Count).Span.CopyTo(_probabilities.Span);
        _steps.AsSpan(_start, Count).CopyTo(_steps);
        _ids.MoveToFront(_start, Count);
        _start = 0;
    }

    private void Check(Shape embeddings, CandidateIds ids, ReadOnlySpan<T> probabilities)
    {
        if (embeddings.Rank != 2 || embeddings[1] != Dimensions)
        {
            throw Argument.OtherShape(nameof(embeddings), $"[n, {Dimensions}]", embeddings);
        }

        Argument.OneForEach(nameof(ids), ids.Count, embeddings.Rows, "embeddings");

        ids.ThrowIfNull(nameof(ids));

        if (ids.Count > 0 && _ids.Kind is { } kind && kind != IdWindow.KindOf(ids))
        {
            throw new ArgumentException($"ids must be of type {kind}, as those before, not {IdWindow.KindOf(ids)}.", nameof(ids));
        }

        Argument.OneForEach(nameof(probabilities), probabilities.Length, embeddings.Rows, "embeddings");

        for (int i = 0; i < probabilities.Length; i++)
        {
            if (!(probabilities[i] > T.Zero && probabilities[i] <= T.One))
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"probabilities must lie in (0, 1], but number {i} is {probabilities[i]}."), nameof(probabilities));
            }
        }
    }
}
