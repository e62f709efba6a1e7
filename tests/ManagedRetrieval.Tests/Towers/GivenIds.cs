using ManagedRetrieval.Features;

namespace ManagedRetrieval.Tests.Towers;

/// <summary>A feature whose inputs are the ids themselves.</summary>
internal sealed class GivenIds(int rows) : ISparseFeature<int[]>
{
    public int RowCount => rows;

    public void Encode(int[] input, RaggedIds destination) => destination.AppendRow(input);
}
