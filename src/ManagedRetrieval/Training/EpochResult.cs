using System.Collections.ObjectModel;
using System.Globalization;
using System.Text;

namespace ManagedRetrieval.Training;

/// <summary>What one epoch came to.</summary>
/// <param name="Epoch">The epoch of this call, from 1.</param>
/// <param name="Loss">Σ w · l / Σ w over the epoch's pairs.</param>
/// <param name="Elapsed">Time since the start of training.</param>
public sealed record EpochResult(int Epoch, double Loss, TimeSpan Elapsed)
{
    /// <summary>Pairs whose loss was 0 because nothing but positives was left in their row.</summary>
    public int RowsWithoutNegatives { get; init; }

    /// <summary>Pairs whose candidate had no query but its own to pick from, where the task is symmetric; else 0.</summary>
    public int ColumnsWithoutNegatives { get; init; }

    /// <summary>The task's batch and loss metrics over this epoch, by name; empty where it has none.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = ReadOnlyDictionary<string, double>.Empty;

    /// <summary>What <see cref="Validation.Evaluate"/> gave after this epoch, by name; empty where nobody looked.</summary>
    public IReadOnlyDictionary<string, double> Validation { get; init; } = ReadOnlyDictionary<string, double>.Empty;

    /// <summary>Whether the validation metric was better than after every epoch before.</summary>
    public bool IsBest { get; init; }

    /// <summary>The figures in one line.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"epoch {Epoch}, loss {Loss:f4}, {Elapsed.TotalSeconds:f1} s");
        foreach ((string name, double value) in Metrics.Concat(Validation))
        {
            text.Append(CultureInfo.InvariantCulture, $", {name} {value:f4}");
        }

        return text.Append(IsBest ? ", best so far" : "").ToString();
    }
}
