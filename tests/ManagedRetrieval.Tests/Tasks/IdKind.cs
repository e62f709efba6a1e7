namespace ManagedRetrieval.Tests.Tasks;

internal enum IdKind
{
    Int,
    Long,
    Text,
}
