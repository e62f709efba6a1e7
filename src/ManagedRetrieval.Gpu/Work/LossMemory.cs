using ILGPU;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Gpu.Devices;
using ManagedRetrieval.Gpu.Kernels;

namespace ManagedRetrieval.Gpu.Work;

/// <summary>What a softmax loss has on the device: its inputs, which are copied here, its results, and a block of scores.</summary>
internal sealed class LossMemory : IDisposable
{
    private readonly GpuDevice _device;
    private readonly List<IDisposable> _rented = [];
    private int _numberCount;
    private int _listCount;

    /// <param name="device">Where.</param>
    /// <param name="problem">What the loss is made of.</param>
    /// <param name="factors">[queries], or empty.</param>
    /// <param name="makesGradients">Whether gradients are asked for.</param>
    public LossMemory(GpuDevice device, in SoftmaxLossProblem<float> problem, ReadOnlySpan<float> factors, bool makesGradients)
    {
        _device = device;
        MakesGradients = makesGradients;
        Engine.Tensors.Shape shape = problem.Queries.Shape;
        int queries = shape.Rows, candidates = problem.Candidates.Shape.Rows;
        Heads = shape.Rank == 3 ? shape[1] : 1;
        Width = problem.Candidates.Shape.RowLength;
        Block = Math.Clamp(device.Limits.Scores / checked(candidates * Heads), 1, queries);
        try
        {
            Queries = Upload<float>(problem.Queries.Span);
            Candidates = Upload<float>(problem.Candidates.Span);
            QueryGradient = Rent<float>(makesGradients ? shape.Length : 0);
            CandidateGradient = Rent<float>(makesGradients ? problem.Candidates.Shape.Length : 0);
            Mask = Rent<byte>(problem.Mask.IsEmpty ? 0 : Block * candidates);
            Shape = ShapeOf(problem, !factors.IsEmpty);
            Numbers = Rent<float>(_numberCount + 1);
            Lists = Rent<int>(_listCount + 1);
            Arguments = new LossArguments(Numbers, Lists, Mask, Shape);
            OfHeads = Heads > 1 ? Rent<float>(checked(Block * Heads * candidates)) : Arguments.Logits;
            BestHeads = Rent<int>(Heads > 1 ? Block * candidates : 0);
            Fill(problem, factors);
        }
        catch (Exception)
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Queries at a time.</summary>
    public int Block { get; }

    /// <summary>Vectors of a query.</summary>
    public int Heads { get; }

    /// <summary>Elements of a vector.</summary>
    public int Width { get; }

    /// <summary>Whether gradients are asked for.</summary>
    public bool MakesGradients { get; }

    /// <summary>[queries, heads, width].</summary>
    public ArrayView<float> Queries { get; }

    /// <summary>[candidates, width].</summary>
    public ArrayView<float> Candidates { get; }

    /// <summary>[queries, heads, width].</summary>
    public ArrayView<float> QueryGradient { get; }

    /// <summary>[candidates, width].</summary>
    public ArrayView<float> CandidateGradient { get; }

    /// <summary>[block, heads, candidates]; where there is one head, the logits themselves.</summary>
    public ArrayView<float> OfHeads { get; }

    /// <summary>[block, candidates], where there are several heads.</summary>
    public ArrayView<int> BestHeads { get; }

    /// <summary>[block, candidates]: the mask's rows of a block, where there is one.</summary>
    public ArrayView<byte> Mask { get; }

    /// <summary>Numbers of candidates, queries, pairs and the block, as <see cref="Shape"/> places them.</summary>
    public ArrayView<float> Numbers { get; }

    /// <summary>Whole numbers, likewise.</summary>
    public ArrayView<int> Lists { get; }

    /// <summary>What kernels are told; block by block the fields that say which it is change.</summary>
    public LossShape Shape { get; }

    /// <summary>What kernels make of it.</summary>
    public LossArguments Arguments { get; }

    /// <summary>How many rows and columns have no negatives, once the losses are made.</summary>
    public SoftmaxLossCounts Counts() => new(Count(Arguments.States), Shape.Symmetric != 0 ? Count(Arguments.ColumnStates) : 0);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDisposable rented in _rented)
        {
            rented.Dispose();
        }

        _rented.Clear();
    }

    private LossShape ShapeOf(in SoftmaxLossProblem<float> problem, bool hasFactors)
    {
        int queries = problem.Queries.Shape.Rows, candidates = problem.Candidates.Shape.Rows, pairs = problem.Positives.Length;
        int ofColumns = problem.Symmetric ? queries : 0;
        return new LossShape
        {
            First = 0,
            Count = Block,
            Queries = queries,
            Candidates = candidates,
            HasLogProbability = problem.LogProbability.IsDefault ? 0 : 1,
            KeepsPositives = problem.KeepsPositives ? 1 : 0,
            HasRemoved = problem.Removed.IsEmpty ? 0 : 1,
            HasMask = problem.Mask.IsEmpty ? 0 : 1,
            HardNegatives = problem.HardNegatives < candidates - 1 ? problem.HardNegatives : 0,
            MeanOfPositives = problem.MeanOfPositives ? 1 : 0,
            Symmetric = problem.Symmetric ? 1 : 0,
            HasFactors = hasFactors ? 1 : 0,
            Logits = Place(ref _numberCount, Block * candidates),
            LogProbability = Place(ref _numberCount, problem.LogProbability.IsDefault ? 0 : candidates),
            Factors = Place(ref _numberCount, hasFactors ? queries : 0),
            PairLogits = Place(ref _numberCount, pairs),
            Pulls = Place(ref _numberCount, pairs),
            Losses = Place(ref _numberCount, queries),
            Shifts = Place(ref _numberCount, queries),
            Scales = Place(ref _numberCount, queries),
            ColumnShifts = Place(ref _numberCount, ofColumns),
            ColumnScales = Place(ref _numberCount, ofColumns),
            Positives = Place(ref _listCount, pairs),
            PositiveOffsets = Place(ref _listCount, queries + 1),
            Removed = Place(ref _listCount, problem.Removed.Length),
            RemovedOffsets = Place(ref _listCount, problem.RemovedOffsets.Length),
            States = Place(ref _listCount, queries),
            ColumnStates = Place(ref _listCount, ofColumns),
            ColumnPairs = Place(ref _listCount, problem.Symmetric ? pairs : 0),
            ColumnOffsets = Place(ref _listCount, problem.Symmetric ? queries + 1 : 0),
        };
    }

    private void Fill(in SoftmaxLossProblem<float> problem, ReadOnlySpan<float> factors)
    {
        _device.Write<float>(problem.LogProbability.IsDefault ? default : problem.LogProbability.Span, Arguments.LogProbability);
        _device.Write(factors, Arguments.Factors);
        _device.Write(problem.Positives.Span, Arguments.Positives);
        _device.Write(problem.PositiveOffsets.Span, Arguments.PositiveOffsets);
        _device.Write(problem.Removed.Span, Arguments.Removed);
        _device.Write(problem.RemovedOffsets.Span, Arguments.RemovedOffsets);
        if (problem.Symmetric)
        {
            int[] offsets = new int[problem.Queries.Shape.Rows + 1], pairs = new int[problem.Positives.Length];
            ByColumn(problem.Positives.Span, offsets, pairs);
            _device.Write<int>(offsets, Arguments.ColumnOffsets);
            _device.Write<int>(pairs, Arguments.ColumnPairs);
        }
    }

    /// <summary>Makes room for so many more elements.</summary>
    /// <returns>Where they begin.</returns>
    private static int Place(ref int count, int length)
    {
        int start = count;
        count = checked(count + length);
        return start;
    }

    /// <summary>The places of the pairs of each of the first columns, in their order.</summary>
    private static void ByColumn(ReadOnlySpan<int> positives, Span<int> offsets, Span<int> pairs)
    {
        int columns = offsets.Length - 1;
        foreach (int column in positives)
        {
            if (column < columns)
            {
                offsets[column + 1]++;
            }
        }

        for (int column = 0; column < columns; column++)
        {
            offsets[column + 1] += offsets[column];
        }

        int[] next = offsets.ToArray();
        for (int pair = 0; pair < positives.Length; pair++)
        {
            if (positives[pair] < columns)
            {
                pairs[next[positives[pair]]++] = pair;
            }
        }
    }

    private int Count(ArrayView<int> states)
    {
        int[] read = new int[Shape.Queries];
        _device.Read<int>(states, read);
        return read.AsSpan().Count(RowState.WithoutNegatives);
    }

    private ArrayView<T> Upload<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        DeviceArray<T> array = _device.Upload(values);
        _rented.Add(array);
        return array.View;
    }

    private ArrayView<T> Rent<T>(int length)
        where T : unmanaged
    {
        DeviceArray<T> array = _device.Rent<T>(length);
        _rented.Add(array);
        return array.View;
    }
}
