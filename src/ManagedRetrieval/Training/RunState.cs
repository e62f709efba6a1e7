namespace ManagedRetrieval.Training;

/// <summary>Where a run stands: what it keeps from step to step besides parameters and the trainer's own state.</summary>
internal sealed class RunState
{
    /// <summary>The epoch in progress, from 1.</summary>
    public int Epoch { get; set; } = 1;

    /// <summary>How many of its pairs were seen.</summary>
    public int Position { get; set; }

    /// <summary>The steps of the run.</summary>
    public long Steps { get; set; }

    /// <summary>The time of the run.</summary>
    public TimeSpan Elapsed { get; set; }

    /// <summary>Σ w · l of the epoch so far.</summary>
    public double Loss { get; set; }

    /// <summary>Σ w of the epoch so far.</summary>
    public double Weight { get; set; }

    /// <summary>Of the epoch so far; see <see cref="EpochResult.RowsWithoutNegatives"/>.</summary>
    public int RowsAlone { get; set; }

    /// <summary>Of the epoch so far; see <see cref="EpochResult.ColumnsWithoutNegatives"/>.</summary>
    public int ColumnsAlone { get; set; }

    /// <summary>Whether the time was up before the epoch's last step. No checkpoint holds it: an epoch that goes on is not cut.</summary>
    public bool WasCut { get; set; }

    /// <summary>The epochs that ended.</summary>
    public List<EpochResult> Results { get; } = [];

    /// <summary>The best epoch so far.</summary>
    public BestEpoch Best { get; set; } = new();

    /// <summary>The mean loss; 0 as long as only pairs of weight 0 were seen, whose loss is 0.</summary>
    public double MeanLoss => Weight > 0 ? Loss / Weight : 0;

    /// <summary>Goes on to the next epoch.</summary>
    public void NextEpoch()
    {
        Epoch++;
        (Position, Loss, Weight, RowsAlone, ColumnsAlone) = (0, 0, 0, 0, 0);
    }
}
