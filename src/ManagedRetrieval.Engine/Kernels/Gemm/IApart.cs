namespace ManagedRetrieval.Engine.Kernels.Gemm;

/// <summary>How the rows of a micro-kernel's first operand lie: constants of its code.</summary>
internal interface IApart
{
    /// <summary>Elements from one row to the next.</summary>
    static abstract nint Elements { get; }

    /// <summary>Whether to ask, step by step, for the tile that lies behind this one: asked for all at once, it would keep the processor waiting.</summary>
    static abstract bool FetchesAhead { get; }
}
