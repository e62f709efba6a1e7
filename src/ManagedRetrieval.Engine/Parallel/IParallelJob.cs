namespace ManagedRetrieval.Engine.Parallel;

/// <summary>Work that is cut into parts which may run in any order and on any thread.</summary>
internal interface IParallelJob
{
    /// <summary>Does one part. Parts write to places of their own, so their order cannot be seen in the result.</summary>
    void Run(int part);
}
