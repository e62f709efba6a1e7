using System.Globalization;
using System.Text;
using ManagedRetrieval.Engine.Autodiff;

namespace ManagedRetrieval.Training;

/// <summary>Where the time of a run's steps went.</summary>
/// <param name="Ops">The ops, those first that took longest.</param>
/// <param name="Steps">The steps that were measured.</param>
/// <param name="Optimizer">The time of the optimizer's updates.</param>
/// <param name="Total">The time of the whole steps; what neither ops nor optimizer took went into gathering, checks and the sums of row gradients.</param>
public sealed record TrainingProfile(IReadOnlyList<OpTime> Ops, long Steps, TimeSpan Optimizer, TimeSpan Total)
{
    /// <summary>What neither ops nor the optimizer took.</summary>
    public TimeSpan Rest => Total - Optimizer - Ops.Aggregate(TimeSpan.Zero, (sum, op) => sum + op.Total);

    /// <summary>The parts in lines, in milliseconds a step.</summary>
    public override string ToString()
    {
        double steps = Math.Max(1, Steps);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Steps} steps, {Total.TotalMilliseconds / steps:f3} ms each");
        foreach (OpTime op in Ops)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{op.Op}: {op.Forward.TotalMilliseconds / steps:f3} ms forward, {op.Backward.TotalMilliseconds / steps:f3} ms backward, {op.Calls / steps:f1} times");
        }

        text.Append(CultureInfo.InvariantCulture, $"\noptimizer: {Optimizer.TotalMilliseconds / steps:f3} ms\nrest: {Rest.TotalMilliseconds / steps:f3} ms");
        return text.ToString();
    }
}
