using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Tasks;

namespace ManagedRetrieval.Tests.Tasks;

/// <summary>What one call of the task on two queries, small enough to compute by hand, came to.</summary>
internal sealed record StricterPoint(
    double[] LossValues, Tensor<double> QueryGradient, Tensor<double> CandidateGradient, RetrievalCounts Counts, IReadOnlyDictionary<string, double> Results)
{
    public static readonly double[,] Queries = { { 1, 2, 3 }, { 2, 3, 4 } };

    // Scores [[6, 3], [9, 5]].
    public static readonly double[,] Candidates = { { 1, 1, 1 }, { 1, 1, 0 } };

    // A third candidate: scores [[6, 3, 3], [9, 5, 4]].
    public static readonly double[,] WithExtra = { { 1, 1, 1 }, { 1, 1, 0 }, { 0, 0, 1 } };

    public static double Loss(RetrievalTaskOptions<double> options, double[,] candidates, RetrievalArguments<double> arguments = default) =>
        Run(options, candidates, arguments).LossValues[0];

    public static StricterPoint Run(RetrievalTaskOptions<double> options, double[,] candidates, RetrievalArguments<double> arguments = default)
    {
        var tape = new Tape<double>();
        var task = new RetrievalTask<double>(options);
        (Variable<double> q, Variable<double> c) = (tape.Input(Tensor<double>.Of(Queries)), tape.Input(Tensor<double>.Of(candidates)));
        Variable<double> loss = task.Loss(q, c, arguments, out RetrievalCounts counts);
        tape.Backward(loss);
        return new StricterPoint(loss.Value.Span.ToArray(), q.Gradient, c.Gradient, counts, task.Results());
    }
}
