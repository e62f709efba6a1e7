namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>Sums of products of bytes, a row in each lane, for one width of register.</summary>
internal unsafe interface IInt8Lanes<TVector>
    where TVector : struct
{
    /// <summary>Rows in a register.</summary>
    static abstract int Count { get; }

    /// <summary>Four elements of a query, in every lane.</summary>
    static abstract TVector Broadcast(sbyte* query);

    /// <summary>Four packed elements of each row.</summary>
    static abstract TVector Load(byte* rows);

    /// <summary>sums + Σ of four products, exact: of unsigned bytes with signed ones of magnitude up to 64.</summary>
    static abstract TVector MultiplyAdd(TVector rows, TVector query, TVector sums);

    /// <summary>score = (float)(sum − offset) · row's scale · query's scale + bias, each step rounded, and which of them reach a threshold.</summary>
    /// <param name="sums">Of each row.</param>
    /// <param name="query">Its scale, offset and bias.</param>
    /// <param name="scales">Of the rows.</param>
    /// <param name="threshold">What bits tell of.</param>
    /// <param name="scores">Of the rows.</param>
    /// <returns>Bit i where the score of row i is the threshold or more.</returns>
    static abstract uint Finish(TVector sums, in Int8Query query, float* scales, float threshold, float* scores);
}
