using ILGPU;

namespace ManagedRetrieval.Gpu.Kernels;

/// <summary>Keys made of scores that lie side by side.</summary>
internal struct ScoreSource : IKeySource
{
    public required ArrayView<float> Scores;

    /// <summary>Where the first score lies.</summary>
    public required int Start;

    /// <summary>The row of the first score.</summary>
    public required int FirstRow;

    /// <summary>A bit for each row that may be found.</summary>
    public required ArrayView<ulong> Admitted;

    /// <summary>0 where every row may.</summary>
    public required int HasAdmitted;

    /// <inheritdoc/>
    public required int Length { get; set; }

    /// <inheritdoc/>
    public readonly ulong Key(int place)
    {
        int row = FirstRow + place;
        if (HasAdmitted != 0 && ((Admitted[row >> 6] >> (row & 63)) & 1) == 0)
        {
            return ScoreKey.None;
        }

        return ScoreKey.Of(Scores[Start + place], row);
    }
}
