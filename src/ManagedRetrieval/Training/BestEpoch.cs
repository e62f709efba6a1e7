using ManagedRetrieval.Engine.Autodiff;

namespace ManagedRetrieval.Training;

/// <summary>The best epoch of a run so far, by its validation metric, and its parameters.</summary>
internal sealed class BestEpoch
{
    /// <summary>The best epoch; 0 as long as there was none.</summary>
    public int Epoch { get; set; }

    /// <summary>The metric after it.</summary>
    public double Value { get; set; }

    /// <summary>The last epoch after which somebody looked; 0 as long as nobody did.</summary>
    public int LastLook { get; set; }

    /// <summary>The parameters after the best epoch, one after another; null where they are not kept.</summary>
    public float[][]? Parameters { get; set; }

    /// <summary>Takes note of a metric.</summary>
    /// <returns>Whether it is the best so far.</returns>
    public bool Observe(Validation validation, int epoch, double value, IReadOnlyList<Parameter<float>> parameters)
    {
        LastLook = epoch;
        double improvement = validation.LowerIsBetter ? Value - value : value - Value;
        if (Epoch > 0 && !(improvement > validation.MinimumImprovement))
        {
            return false;
        }

        (Epoch, Value) = (epoch, value);
        if (validation.RestoreBest)
        {
            Parameters ??= [.. parameters.Select(parameter => new float[parameter.Value.Shape.Length])];
            for (int i = 0; i < parameters.Count; i++)
            {
                parameters[i].Value.Span.CopyTo(Parameters[i]);
            }
        }

        return true;
    }

    /// <summary>Whether the metric has not improved for as long as one may wait.</summary>
    public bool IsOutOfPatience(Validation validation) => validation.Patience is { } patience && Epoch > 0 && LastLook - Epoch >= patience;

    /// <summary>Brings the best epoch's parameters back, where they are kept.</summary>
    public void Restore(IReadOnlyList<Parameter<float>> parameters)
    {
        for (int i = 0; Parameters is not null && i < parameters.Count; i++)
        {
            Parameters[i].CopyTo(parameters[i].Value.Span);
        }
    }
}
