using System.Numerics;
using System.Runtime.CompilerServices;
using ManagedRetrieval.Engine.Kernels.Simd;

namespace ManagedRetrieval.Engine.Kernels.SoftmaxLoss;

/// <summary>What is done to a tile of logits, [candidates, lanes]: a column is a query, two vectors wide.</summary>
/// <remarks>So everything about a query is vertical: no sum or maximum runs across a register. An entry of −∞ is removed.</remarks>
internal static unsafe class LogitTile<T, TVector, TLanes>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct
    where TLanes : struct, ILanes<T, TVector>
{
    /// <summary>How far logits may lie above the shift before it is moved: e^4 a term costs no digits, and the moves become few.</summary>
    private const int Slack = 4;

    private static int Lanes => 2 * TLanes.Count;

    /// <summary>Subtracts a number of its own from every row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SubtractFromRows(T* tile, int rows, T* numbers)
    {
        for (T* end = numbers + rows; numbers < end; numbers++)
        {
            TVector number = TLanes.Broadcast(numbers);
            TLanes.Store(TLanes.Subtract(TLanes.Load(tile), number), tile);
            TLanes.Store(TLanes.Subtract(TLanes.Load(tile + TLanes.Count), number), tile + TLanes.Count);
            tile += Lanes;
        }
    }

    /// <summary>Moves the shifts of those queries up whose logits have left them far below.</summary>
    /// <param name="tile">[rows, lanes].</param>
    /// <param name="rows">At least 1.</param>
    /// <param name="shift">[lanes]: the lowest number at first.</param>
    /// <param name="scale">[lanes]: receives what sums so far are to be multiplied by.</param>
    /// <returns>Whether a shift was moved, and <paramref name="scale"/> written.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool MoveShift(T* tile, int rows, T* shift, T* scale)
    {
        TVector left = TLanes.Load(tile), right = TLanes.Load(tile + TLanes.Count);
        for (T* end = tile + ((nint)rows * Lanes); tile < end; tile += Lanes)
        {
            left = TLanes.Maximum(TLanes.Load(tile), left);
            right = TLanes.Maximum(TLanes.Load(tile + TLanes.Count), right);
        }

        TVector slack = TLanes.Create(T.CreateTruncating(Slack));
        TVector oldLeft = TLanes.Load(shift), oldRight = TLanes.Load(shift + TLanes.Count);
        if (!TLanes.AnyGreater(left, TLanes.Add(oldLeft, slack)) && !TLanes.AnyGreater(right, TLanes.Add(oldRight, slack)))
        {
            return false;
        }

        left = TLanes.WhereGreater(left, TLanes.Add(oldLeft, slack), left, oldLeft);
        right = TLanes.WhereGreater(right, TLanes.Add(oldRight, slack), right, oldRight);
        TLanes.Store(left, shift);
        TLanes.Store(right, shift + TLanes.Count);
        TLanes.Store(LaneExp<T, TVector, TLanes>.Run(TLanes.Subtract(oldLeft, left)), scale);
        TLanes.Store(LaneExp<T, TVector, TLanes>.Run(TLanes.Subtract(oldRight, right)), scale + TLanes.Count);
        return true;
    }

    /// <summary>Multiplies every row by the same numbers, one for each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(T* tile, int rows, T* scale)
    {
        TVector left = TLanes.Load(scale), right = TLanes.Load(scale + TLanes.Count);
        for (T* end = tile + ((nint)rows * Lanes); tile < end; tile += Lanes)
        {
            TLanes.Store(TLanes.Multiply(TLanes.Load(tile), left), tile);
            TLanes.Store(TLanes.Multiply(TLanes.Load(tile + TLanes.Count), right), tile + TLanes.Count);
        }
    }

    /// <summary>tile = e^(tile − shift), added to <paramref name="sums"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Exponentials(T* tile, int rows, T* shift, T* sums)
    {
        TVector shiftLeft = TLanes.Load(shift), shiftRight = TLanes.Load(shift + TLanes.Count);
        TVector sumLeft = TLanes.Load(sums), sumRight = TLanes.Load(sums + TLanes.Count);
        for (T* end = tile + ((nint)rows * Lanes); tile < end; tile += Lanes)
        {
            TVector left = LaneExp<T, TVector, TLanes>.Run(TLanes.Subtract(TLanes.Load(tile), shiftLeft));
            TVector right = LaneExp<T, TVector, TLanes>.Run(TLanes.Subtract(TLanes.Load(tile + TLanes.Count), shiftRight));
            TLanes.Store(left, tile);
            TLanes.Store(right, tile + TLanes.Count);
            sumLeft = TLanes.Add(sumLeft, left);
            sumRight = TLanes.Add(sumRight, right);
        }

        TLanes.Store(sumLeft, sums);
        TLanes.Store(sumRight, sums + TLanes.Count);
    }

    /// <summary>Adds e^(tile − shift) to <paramref name="sums"/>, and leaves the tile as it is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddExponentials(T* tile, int rows, T* shift, T* sums)
    {
        for (int half = 0; half < Lanes; half += TLanes.Count)
        {
            TVector theShift = TLanes.Load(shift + half), sum = TLanes.Load(sums + half);
            T* from = tile + half;
            for (int row = 0; row < rows; row++, from += Lanes)
            {
                sum = TLanes.Add(sum, LaneExp<T, TVector, TLanes>.Run(TLanes.Subtract(TLanes.Load(from), theShift)));
            }

            TLanes.Store(sum, sums + half);
        }
    }

    /// <summary>Adds a tile to what each of its rows, the columns of the loss, has summed so far.</summary>
    /// <param name="tile">[rows, lanes].</param>
    /// <param name="rows">How many.</param>
    /// <param name="shifts">[rows]: the lowest number at first; moved as <see cref="MoveShift"/> does.</param>
    /// <param name="sums">[rows, lanes of a register]: zeros at first.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddToRows(T* tile, int rows, T* shifts, T* sums)
    {
        TVector slack = TLanes.Create(T.CreateTruncating(Slack));
        for (int row = 0; row < rows; row++, tile += Lanes, sums += TLanes.Count)
        {
            TVector left = TLanes.Load(tile), right = TLanes.Load(tile + TLanes.Count);
            TVector shift = TLanes.Broadcast(shifts + row), sum = TLanes.Load(sums);
            if (TLanes.AnyGreater(TLanes.Maximum(left, right), TLanes.Add(shift, slack)))
            {
                T greatest = TensorPrimitives.Max<T>(new ReadOnlySpan<T>(tile, Lanes));
                TVector moved = TLanes.Create(greatest);
                sum = TLanes.Multiply(sum, LaneExp<T, TVector, TLanes>.Run(TLanes.Subtract(shift, moved)));
                shifts[row] = greatest;
                shift = moved;
            }

            sum = TLanes.Add(sum, LaneExp<T, TVector, TLanes>.Run(TLanes.Subtract(left, shift)));
            sum = TLanes.Add(sum, LaneExp<T, TVector, TLanes>.Run(TLanes.Subtract(right, shift)));
            TLanes.Store(sum, sums);
        }
    }

    /// <summary>tile = scale · e^(tile − shift), lane by lane, + rowScale · e^(tile − rowShift), row by row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void BothDerivatives(T* tile, int rows, T* shift, T* scale, T* rowShifts, T* rowScales)
    {
        for (int half = 0; half < Lanes; half += TLanes.Count)
        {
            TVector theShift = TLanes.Load(shift + half), theScale = TLanes.Load(scale + half);
            T* at = tile + half;
            for (int row = 0; row < rows; row++, at += Lanes)
            {
                TVector logits = TLanes.Load(at);
                TVector ofRow = TLanes.Multiply(LaneExp<T, TVector, TLanes>.Run(TLanes.Subtract(logits, TLanes.Broadcast(rowShifts + row))), TLanes.Broadcast(rowScales + row));
                TLanes.Store(TLanes.FusedMultiplyAdd(LaneExp<T, TVector, TLanes>.Run(TLanes.Subtract(logits, theShift)), theScale, ofRow), at);
            }
        }
    }

    /// <summary>result = the greatest of the heads' tiles, and <paramref name="copy"/> the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Greatest(T* tiles, int heads, nint size, T* result, T* copy)
    {
        for (nint at = 0; at < size; at += TLanes.Count)
        {
            TVector greatest = TLanes.Load(tiles + at);
            for (int head = 1; head < heads; head++)
            {
                greatest = TLanes.Maximum(TLanes.Load(tiles + (head * size) + at), greatest);
            }

            TLanes.Store(greatest, result + at);
            TLanes.Store(greatest, copy + at);
        }
    }

    /// <summary>Gives each derivative to the first head whose score was the greatest, and 0 to the others.</summary>
    /// <param name="tiles">[heads, size]: the scores, then the derivatives.</param>
    /// <param name="heads">How many.</param>
    /// <param name="size">Elements of a tile.</param>
    /// <param name="greatest">[size]: the greatest scores.</param>
    /// <param name="derivatives">[size].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Deal(T* tiles, int heads, nint size, T* greatest, T* derivatives)
    {
        for (nint at = 0; at < size; at += TLanes.Count)
        {
            TVector best = TLanes.Load(greatest + at), left = TLanes.Load(derivatives + at);
            for (int head = 0; head < heads; head++)
            {
                T* tile = tiles + (head * size) + at;
                TVector score = TLanes.Load(tile);
                TLanes.Store(TLanes.WhereEqual(score, best, left, TLanes.Zero), tile);
                left = TLanes.WhereEqual(score, best, TLanes.Zero, left);
            }
        }
    }
}
