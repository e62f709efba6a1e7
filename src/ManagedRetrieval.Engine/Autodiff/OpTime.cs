namespace ManagedRetrieval.Engine.Autodiff;

/// <summary>What the applications of one op cost.</summary>
/// <param name="Op">The op's name.</param>
/// <param name="Calls">How often it was applied.</param>
/// <param name="Forward">The time of all its forward passes.</param>
/// <param name="Backward">The time of all its backward passes.</param>
public readonly record struct OpTime(string Op, long Calls, TimeSpan Forward, TimeSpan Backward)
{
    /// <summary>Forward and backward together.</summary>
    public TimeSpan Total => Forward + Backward;
}
