namespace ManagedRetrieval.Tests.Tasks;

internal enum LossKind
{
    Softmax,
    SoftmaxMean,
    Sigmoid,
    Bpr,
    Hinge,
}
