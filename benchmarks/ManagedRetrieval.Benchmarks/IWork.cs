namespace ManagedRetrieval.Benchmarks;

/// <summary>A parameter named Work, that says how much it is.</summary>
public interface IWork
{
    /// <summary>Multiplications and additions.</summary>
    double Operations { get; }
}
