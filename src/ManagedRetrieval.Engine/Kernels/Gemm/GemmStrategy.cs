namespace ManagedRetrieval.Engine.Kernels.Gemm;

/// <summary>How a matrix product is made. All give the same bits; tests and benchmarks force one.</summary>
internal enum GemmStrategy
{
    /// <summary>By shape and processor.</summary>
    Automatic,

    /// <summary>Row updates through TensorPrimitives, nothing packed.</summary>
    RowUpdates,

    /// <summary>A row at a time against rows as they lie, nothing packed; row updates where the second operand is not transposed.</summary>
    MatrixVector,

    /// <summary>Packed, one element at a time.</summary>
    Packed,

    /// <summary>Packed, registers of 128 bits.</summary>
    Packed128,

    /// <summary>Packed, registers of 256 bits.</summary>
    Packed256,

    /// <summary>Packed, registers of 512 bits.</summary>
    Packed512,
}
