namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>How compressed rows are scanned. All give the same bits; tests and benchmarks force one.</summary>
internal enum ScanStrategy
{
    /// <summary>The processor's widest.</summary>
    Automatic,

    /// <summary>One element at a time.</summary>
    Scalar,

    /// <summary>Registers of 128 bits.</summary>
    Bits128,

    /// <summary>Registers of 256 bits.</summary>
    Bits256,

    /// <summary>Registers of 512 bits.</summary>
    Bits512,
}
