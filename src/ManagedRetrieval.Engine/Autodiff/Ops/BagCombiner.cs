namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>How an embedding bag joins the rows of its n ids, each times its weight where there are weights. An empty bag gives zeros.</summary>
public enum BagCombiner
{
    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>Their sum divided by n, or by the sum of the weights.</summary>
    Mean,

    /// <summary>Their sum divided by √n, or by the root of the sum of the squared weights.</summary>
    SqrtN,
}
