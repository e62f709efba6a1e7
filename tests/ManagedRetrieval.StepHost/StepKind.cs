namespace ManagedRetrieval.StepHost;

/// <summary>What a training loop is made of.</summary>
/// <param name="Bags">Whether queries and candidates are bags of ids with a linear layer behind them; else each is one row of a table.</param>
/// <param name="Options">Whether the task is given everything that it can use; else it is the plain in-batch softmax.</param>
/// <param name="Adam">Whether Adam moves the parameters; else Adagrad.</param>
public sealed record StepKind(bool Bags, bool Options, bool Adam);
