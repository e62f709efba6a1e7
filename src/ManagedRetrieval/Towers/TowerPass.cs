namespace ManagedRetrieval.Towers;

/// <summary>What a tower is applied for: dropout, for one, is for training alone.</summary>
public readonly record struct TowerPass
{
    private TowerPass(int step) => (IsTraining, Step) = (true, step);

    /// <summary>Embeds for search or evaluation; the default.</summary>
    public static TowerPass Evaluation => default;

    /// <summary>Whether gradients will be asked for.</summary>
    public bool IsTraining { get; }

    /// <summary>The number of the training step, which decides what dropout drops; 0 where it is no training.</summary>
    public int Step { get; }

    /// <summary>Embeds in a step of training.</summary>
    /// <param name="step">Another number for each step.</param>
    public static TowerPass Training(int step) => new(step);
}
