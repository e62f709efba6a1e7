namespace ManagedRetrieval.Gpu.Kernels;

/// <summary>c[m, n] = op(a)[m, k] · op(b)[k, n], or c +=; strides say how the operands lie.</summary>
internal struct ProductShape
{
    public required int M;
    public required int N;
    public required int K;

    /// <summary>From one row of op(a) to the next; one of this and <see cref="ADepth"/> is 1.</summary>
    public required int ARow;

    /// <summary>From one element of a row of op(a) to the next.</summary>
    public required int ADepth;

    /// <summary>From one column of op(b) to the next; one of this and <see cref="BDepth"/> is 1.</summary>
    public required int BColumn;

    /// <summary>From one element of a column of op(b) to the next.</summary>
    public required int BDepth;

    /// <summary>1 adds to what c holds, 0 writes over it.</summary>
    public required int Accumulates;
}
