namespace ManagedRetrieval.TestKit;

/// <summary>The in-batch softmax loss in plain loops over double: losses, and the gradients of Σ factor_i · loss_i.</summary>
public sealed class SoftmaxLossReference
{
    private readonly SoftmaxLossCase _case;
    private readonly double[] _queries;
    private readonly double[] _candidates;
    private readonly double[][] _logits;
    private readonly int[][] _heads;
    private readonly double[][] _derivatives;

    private SoftmaxLossReference(SoftmaxLossCase given, double[] queries, double[] candidates, double[]? logProbability)
    {
        (_case, _queries, _candidates) = (given, queries, candidates);
        _logits = Matrix<double>();
        _heads = Matrix<int>();
        _derivatives = Matrix<double>();
        Losses = new double[given.Queries];
        QueryGradient = new double[queries.Length];
        CandidateGradient = new double[candidates.Length];
        for (int i = 0; i < given.Queries; i++)
        {
            Score(i, logProbability);
        }
    }

    public double[] Losses { get; }

    public double[] QueryGradient { get; }

    public double[] CandidateGradient { get; }

    public int RowsWithoutNegatives { get; private set; }

    public int ColumnsWithoutNegatives { get; private set; }

    public static SoftmaxLossReference Run(SoftmaxLossCase given, double[] queries, double[] candidates, double[]? logProbability, double[]? factors)
    {
        var reference = new SoftmaxLossReference(given, queries, candidates, logProbability);
        double half = given.Symmetric ? 0.5 : 1;
        for (int i = 0; i < given.Queries; i++)
        {
            double factor = half * (factors?[i] ?? 1);
            int row = i;
            (int, int)[] cells = [.. Enumerable.Range(0, given.Candidates).Select(j => (row, j))];
            reference.RowsWithoutNegatives += reference.Add(i, half, factor, cells) || reference.IsDropped(i) ? 0 : 1;
            if (given.Symmetric)
            {
                cells = [.. Enumerable.Range(0, given.Queries).Select(other => (other, row))];
                reference.ColumnsWithoutNegatives += reference.Add(i, half, factor, cells) || reference.IsDropped(i) ? 0 : 1;
            }
        }

        reference.Gradients();
        return reference;
    }

    private T[][] Matrix<T>() => [.. Enumerable.Range(0, _case.Queries).Select(_ => new T[_case.Candidates])];

    private bool IsDropped(int row) => _case.Mask.Length > 0 && !_case.Mask[(row * _case.Candidates) + row];

    private bool IsPositive(int row, int column) => _case.Positives.AsSpan(_case.PositiveOffsets[row].._case.PositiveOffsets[row + 1]).Contains(column);

    private bool IsOut(int row, int column) =>
        IsDropped(row)
        || (_case.Mask.Length > 0 && !_case.Mask[(row * _case.Candidates) + column])
        || (_case.RemovedOffsets.Length > 0 && _case.Removed.AsSpan(_case.RemovedOffsets[row].._case.RemovedOffsets[row + 1]).Contains(column));

    /// <summary>Fills a row of logits, NaN where an entry is out.</summary>
    private void Score(int i, double[]? logProbability)
    {
        int heads = Math.Max(1, _case.Heads);
        for (int j = 0; j < _case.Candidates; j++)
        {
            double best = double.NegativeInfinity;
            for (int h = 0; h < heads; h++)
            {
                double score = 0;
                for (int d = 0; d < _case.Width; d++)
                {
                    score += _queries[(((i * heads) + h) * _case.Width) + d] * _candidates[(j * _case.Width) + d];
                }

                (best, _heads[i][j]) = score > best ? (score, h) : (best, _heads[i][j]);
            }

            double correction = logProbability is null || (_case.KeepsPositives && IsPositive(i, j)) ? 0 : logProbability[j];
            _logits[i][j] = !IsPositive(i, j) && IsOut(i, j) ? double.NaN : best - correction;
        }

        if (_case.HardNegatives > 0)
        {
            int[] negatives = [.. Enumerable.Range(0, _case.Candidates).Where(j => !IsPositive(i, j) && !double.IsNaN(_logits[i][j]))];
            foreach (int j in negatives.OrderByDescending(j => _logits[i][j]).ThenBy(j => j).Skip(_case.HardNegatives))
            {
                _logits[i][j] = double.NaN;
            }
        }
    }

    /// <summary>Adds one loss over some cells, of which the positives are right.</summary>
    /// <returns>Whether there is a negative.</returns>
    private bool Add(int place, double half, double factor, (int Row, int Column)[] cells)
    {
        double[] negatives = [.. cells.Where(cell => !IsPositive(cell.Row, cell.Column) && !double.IsNaN(Logit(cell))).Select(Logit)];
        (int Row, int Column)[] positives = [.. cells.Where(cell => IsPositive(cell.Row, cell.Column))];
        if (negatives.Length == 0)
        {
            return false;
        }

        double top = cells.Select(Logit).Where(logit => !double.IsNaN(logit)).Max();
        double sum = negatives.Sum(logit => Math.Exp(logit - top)), push = 0, loss = 0;
        double own = positives.Sum(cell => Math.Exp(Logit(cell) - top));
        foreach ((int row, int column) in positives)
        {
            double e = Math.Exp(_logits[row][column] - top);
            double share = _case.MeanOfPositives ? 1.0 / positives.Length : e / own;
            double pull = share * sum / (sum + (_case.MeanOfPositives ? e : own));
            loss += _case.MeanOfPositives ? (Math.Log(sum + e) + top - _logits[row][column]) / positives.Length : 0;
            push += pull;
            _derivatives[row][column] -= factor * pull;
        }

        Losses[place] += half * (_case.MeanOfPositives ? loss : Math.Log(sum + own) - Math.Log(own));
        foreach ((int row, int column) in cells.Where(cell => !IsPositive(cell.Row, cell.Column) && !double.IsNaN(Logit(cell))))
        {
            _derivatives[row][column] += factor * push * Math.Exp(_logits[row][column] - top) / sum;
        }

        return true;

        double Logit((int Row, int Column) cell) => _logits[cell.Row][cell.Column];
    }

    private void Gradients()
    {
        int heads = Math.Max(1, _case.Heads);
        for (int i = 0; i < _case.Queries; i++)
        {
            for (int j = 0; j < _case.Candidates; j++)
            {
                for (int d = 0; d < _case.Width; d++)
                {
                    int query = (((i * heads) + _heads[i][j]) * _case.Width) + d, candidate = (j * _case.Width) + d;
                    QueryGradient[query] += _derivatives[i][j] * _candidates[candidate];
                    CandidateGradient[candidate] += _derivatives[i][j] * _queries[query];
                }
            }
        }
    }
}
