using ILGPU;

namespace ManagedRetrieval.Gpu.Kernels;

/// <summary>The softmax loss of a block of queries: what the kernels of its steps read and write.</summary>
/// <remarks>
/// A pair is a query and one of its positives, by its place in the lists. What is of queries or of pairs is of all of them; the
/// block's are <see cref="LossShape.Count"/> from <see cref="LossShape.First"/> on. Kernels get three arrays and where each thing begins in them: a
/// kernel can take no more than fourteen operands.
/// </remarks>
internal readonly struct LossArguments(ArrayView<float> numbers, ArrayView<int> lists, ArrayView<byte> mask, LossShape shape)
{
    private readonly ArrayView<float> _numbers = numbers;
    private readonly ArrayView<int> _lists = lists;
    private readonly LossShape _shape = shape;

    /// <summary>[count, candidates]: 0 takes an entry out; read where there is a mask.</summary>
    public readonly ArrayView<byte> Mask = mask;

    /// <summary>[count, candidates]: scores, then logits in which NaN is what is no negative, then derivatives.</summary>
    public ArrayView<float> Logits => _numbers.SubView(_shape.Logits);

    /// <summary>[candidates]; read where there are such.</summary>
    public ArrayView<float> LogProbability => _numbers.SubView(_shape.LogProbability);

    /// <summary>[queries]; read where there are such.</summary>
    public ArrayView<float> Factors => _numbers.SubView(_shape.Factors);

    /// <summary>[pairs]: the positives' logits.</summary>
    public ArrayView<float> PairLogits => _numbers.SubView(_shape.PairLogits);

    /// <summary>[pairs]: the positives' derivatives with the opposite sign.</summary>
    public ArrayView<float> Pulls => _numbers.SubView(_shape.Pulls);

    /// <summary>[queries].</summary>
    public ArrayView<float> Losses => _numbers.SubView(_shape.Losses);

    /// <summary>[queries]: the greatest logit of a query's negatives.</summary>
    public ArrayView<float> Shifts => _numbers.SubView(_shape.Shifts);

    /// <summary>[queries]: what e^(logit − shift) is multiplied by to be the derivative.</summary>
    public ArrayView<float> Scales => _numbers.SubView(_shape.Scales);

    /// <summary>The same of the first columns, as many as queries; used where <see cref="Symmetric"/> is 1.</summary>
    public ArrayView<float> ColumnShifts => _numbers.SubView(_shape.ColumnShifts);

    /// <summary>[queries]: sums of e^(logit − shift), and once all blocks are in, scales.</summary>
    public ArrayView<float> ColumnScales => _numbers.SubView(_shape.ColumnScales);

    /// <summary>[pairs]: the candidates.</summary>
    public ArrayView<int> Positives => _lists.SubView(_shape.Positives);

    /// <summary>[queries + 1].</summary>
    public ArrayView<int> PositiveOffsets => _lists.SubView(_shape.PositiveOffsets);

    /// <summary>Each query's candidates that are taken out; read where there are such.</summary>
    public ArrayView<int> Removed => _lists.SubView(_shape.Removed);

    /// <summary>[queries + 1].</summary>
    public ArrayView<int> RemovedOffsets => _lists.SubView(_shape.RemovedOffsets);

    /// <summary>[queries]: 0, or <see cref="RowState"/>.</summary>
    public ArrayView<int> States => _lists.SubView(_shape.States);

    /// <summary>[queries].</summary>
    public ArrayView<int> ColumnStates => _lists.SubView(_shape.ColumnStates);

    /// <summary>[pairs]: places of pairs, one column's after the other's.</summary>
    public ArrayView<int> ColumnPairs => _lists.SubView(_shape.ColumnPairs);

    /// <summary>[queries + 1]: where each column's start.</summary>
    public ArrayView<int> ColumnOffsets => _lists.SubView(_shape.ColumnOffsets);

    /// <inheritdoc cref="LossShape.First"/>
    public int First => _shape.First;

    /// <inheritdoc cref="LossShape.Count"/>
    public int Count => _shape.Count;

    /// <inheritdoc cref="LossShape.Queries"/>
    public int Queries => _shape.Queries;

    /// <inheritdoc cref="LossShape.Candidates"/>
    public int Candidates => _shape.Candidates;

    /// <inheritdoc cref="LossShape.HasLogProbability"/>
    public int HasLogProbability => _shape.HasLogProbability;

    /// <inheritdoc cref="LossShape.KeepsPositives"/>
    public int KeepsPositives => _shape.KeepsPositives;

    /// <inheritdoc cref="LossShape.HasRemoved"/>
    public int HasRemoved => _shape.HasRemoved;

    /// <inheritdoc cref="LossShape.HasMask"/>
    public int HasMask => _shape.HasMask;

    /// <inheritdoc cref="LossShape.HardNegatives"/>
    public int HardNegatives => _shape.HardNegatives;

    /// <inheritdoc cref="LossShape.MeanOfPositives"/>
    public int MeanOfPositives => _shape.MeanOfPositives;

    /// <inheritdoc cref="LossShape.Symmetric"/>
    public int Symmetric => _shape.Symmetric;

    /// <inheritdoc cref="LossShape.HasFactors"/>
    public int HasFactors => _shape.HasFactors;
}
