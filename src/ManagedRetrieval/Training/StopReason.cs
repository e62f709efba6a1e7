namespace ManagedRetrieval.Training;

/// <summary>Why a run ended.</summary>
public enum StopReason
{
    /// <summary>All its epochs were done.</summary>
    Completed,

    /// <summary>The validation metric had not improved for long enough.</summary>
    EarlyStopping,

    /// <summary>Its time was up.</summary>
    TimeBudget,
}
