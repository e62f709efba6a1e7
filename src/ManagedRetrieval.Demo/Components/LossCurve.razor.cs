using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Components;

namespace ManagedRetrieval.Demo.Components;

/// <summary>The loss of each step, and what it is without the jumps from step to step.</summary>
public sealed partial class LossCurve
{
    private const int Width = 520, Height = 230, Left = 40, Right = 512, Top = 12, Bottom = 202;

    // The weight of what came before: some ten steps.
    private const double Inertia = 0.9;

    /// <summary>One for each step so far.</summary>
    [Parameter]
    [EditorRequired]
    public IReadOnlyList<double> Losses { get; set; } = [];

    /// <summary>How many steps there will be.</summary>
    [Parameter]
    public int Total { get; set; }

    private double Greatest => Losses.Max();

    private string Finding => $"The loss fell from {Text(Losses[0])} to {Text(Smooth()[^1])} in {Losses.Count} steps.";

    private static string Text(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);

    private double[] Smooth()
    {
        double[] smooth = new double[Losses.Count];
        double sum = 0, weight = 0;
        for (int step = 0; step < smooth.Length; step++)
        {
            (sum, weight) = ((Inertia * sum) + Losses[step], (Inertia * weight) + 1);
            smooth[step] = sum / weight;
        }

        return smooth;
    }

    private string Points(IReadOnlyList<double> values)
    {
        double across = (double)(Right - Left) / Math.Max(1, Math.Max(Total, values.Count) - 1), greatest = Math.Max(Greatest, double.Epsilon);
        var points = new StringBuilder();
        for (int step = 0; step < values.Count; step++)
        {
            points.Append(CultureInfo.InvariantCulture, $"{Left + (step * across):0.#},{Bottom - (values[step] / greatest * (Bottom - Top)):0.#} ");
        }

        return points.ToString();
    }
}
