namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>How an embedding bag joins the rows of its n ids. An empty bag gives zeros.</summary>
public enum BagCombiner
{
    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>Their sum divided by n.</summary>
    Mean,

    /// <summary>Their sum divided by √n.</summary>
    SqrtN,
}
