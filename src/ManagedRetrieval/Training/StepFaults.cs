using ManagedRetrieval.Engine.Autodiff;

namespace ManagedRetrieval.Training;

/// <summary>Says where a step went wrong: which op came first, and which query or candidate its row belongs to.</summary>
/// <remarks>It looks at what the tape holds, after the step has failed; a step that succeeds only notes which values belong to which side.</remarks>
internal sealed class StepFaults(Tape<float> tape)
{
    private ReadOnlyMemory<int> _pairs;
    private ReadOnlyMemory<int> _candidates;
    private int _embedded;
    private int _queryValues;
    private int _candidateValues;

    /// <summary>Notes the numbers of the pairs whose queries are embedded.</summary>
    /// <param name="pairs">One for each row; their memory must stay until the step ends.</param>
    public void Begin(ReadOnlyMemory<int> pairs) =>
        (_pairs, _candidates, _embedded, _queryValues, _candidateValues) = (pairs, default, 0, int.MaxValue, int.MaxValue);

    /// <summary>Notes that what is on the tape so far belongs to the queries.</summary>
    /// <param name="candidates">The corpus rows that are embedded next, and after them those that a memory adds.</param>
    /// <param name="embedded">How many of them are embedded.</param>
    public void QueriesAreDone(ReadOnlyMemory<int> candidates, int embedded) => (_candidates, _embedded, _queryValues) = (candidates, embedded, tape.Count);

    /// <summary>Notes that what came on the tape since then belongs to the candidates.</summary>
    public void CandidatesAreDone() => _candidateValues = tape.Count;

    /// <summary>The error of a step in which a value is not finite.</summary>
    /// <param name="what">What was noticed.</param>
    /// <param name="epoch">The epoch.</param>
    /// <param name="cause">What noticed it, if it was an exception.</param>
    public ArithmeticException NotFinite(string what, int epoch, Exception? cause = null) => Error(what, epoch, tape.FirstFault(), cause);

    /// <summary>The error of a step in which a gradient is not finite.</summary>
    /// <param name="what">What was noticed.</param>
    /// <param name="epoch">The epoch.</param>
    /// <param name="loss">Of which it is the gradient.</param>
    public ArithmeticException NotFiniteGradient(string what, int epoch, Variable<float> loss) => Error(what, epoch, tape.FirstGradientFault(loss), null);

    private ArithmeticException Error(string what, int epoch, TapeFault? fault, Exception? cause)
    {
        string where = fault is { } first ? first.Describe(Place(first)) + ". " : "";
        return new(FormattableString.Invariant(
            $"In epoch {epoch} {what}; the step was not taken. {where}A smaller learning rate may help."), cause);
    }

    /// <summary>What a row of the step's values stands for, as far as its length tells.</summary>
    private string Place(TapeFault fault)
    {
        if (fault.Frame < 0)
        {
            return "";
        }

        ReadOnlySpan<int> pairs = _pairs.Span, candidates = _candidates.Span;
        bool isOfTowers = fault.Frame < _candidateValues;
        if (fault.Rows == pairs.Length && (fault.Frame < _queryValues || !isOfTowers))
        {
            string query = FormattableString.Invariant($"the query of pair {pairs[fault.Row]}");
            return !isOfTowers && fault.Width == candidates.Length
                ? FormattableString.Invariant($"{query} with candidate {candidates[fault.Column]} of the corpus")
                : query;
        }

        int rows = isOfTowers ? _embedded : candidates.Length;
        return fault.Frame >= _queryValues && fault.Rows == rows
            ? FormattableString.Invariant($"candidate {candidates[fault.Row]} of the corpus")
            : "";
    }
}
