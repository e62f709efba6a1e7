namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>How the cross-entropy of a row with several positives is made; with one positive both are the usual one.</summary>
public enum MultiPositiveForm
{
    /// <summary>The positives' joint probability: lse(V) − lse(P) with V the kept columns and P the positives.</summary>
    Sum,

    /// <summary>Each positive alone against the negatives N, then the mean over p in P of lse(N ∪ {p}) − z_p.</summary>
    Mean,
}
