using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Tasks;

namespace ManagedRetrieval.Benchmarks.TorchSharp;

/// <summary>This library's loss of one batch, with its gradients.</summary>
internal sealed class BatchLoss(WorkerTeam team, Tensor<float> queries, Tensor<float> candidates, RetrievalTaskOptions<float>? options = null)
{
    private readonly Tape<float> _tape = new(team);
    private readonly RetrievalTask<float> _task = new(options);

    /// <summary>What the task is told besides the embeddings.</summary>
    public RetrievalArguments<float> Arguments { get; init; }

    /// <summary>The last run's loss.</summary>
    public float Loss { get; private set; }

    /// <summary>The last run's gradient of the queries.</summary>
    public Tensor<float> QueryGradient { get; private set; }

    /// <summary>The last run's gradient of the candidates.</summary>
    public Tensor<float> CandidateGradient { get; private set; }

    /// <summary>One pass forward and one backward.</summary>
    public void Run()
    {
        _tape.Reset();
        Variable<float> queryInput = _tape.Input(queries), candidateInput = _tape.Input(candidates);
        Variable<float> loss = _task.Loss(queryInput, candidateInput, Arguments);
        _tape.Backward(loss);
        Loss = loss.Value.Span[0];
        (QueryGradient, CandidateGradient) = (queryInput.Gradient, candidateInput.Gradient);
    }
}
