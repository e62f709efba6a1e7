namespace ManagedRetrieval.Cli.ReferenceDocs;

/// <summary>The summary of a member as one line of plain text.</summary>
/// <param name="Text">The text, white space collapsed.</param>
/// <param name="References">The stretches of the text that came from references (see, paramref), ascending.</param>
internal sealed record SummaryText(string Text, IReadOnlyList<TextStretch> References)
{
    private const char ReferenceMask = '@';
    private const char DigitsMask = '0';

    /// <summary>The number of words between spaces.</summary>
    public int WordCount
    {
        get
        {
            int words = Text.Length == 0 ? 0 : 1;
            foreach (char unit in Text)
            {
                words += unit == ' ' ? 1 : 0;
            }

            return words;
        }
    }

    /// <summary>The text in lower case with every reference and every run of digits masked.</summary>
    /// <remarks>
    /// Summaries of one form are filled-in copies of one sentence, such as "Initializes a new instance of the @ class."
    /// </remarks>
    public string Form()
    {
        // A mask is never longer than what it hides.
        var form = new char[Text.Length];
        int length = 0;
        int next = 0;
        int i = 0;
        while (i < Text.Length)
        {
            if (StartsReference(next, i))
            {
                form[length++] = ReferenceMask;
                i = References[next++].End;
            }
            else if (char.IsDigit(Text[i]))
            {
                form[length++] = DigitsMask;
                while (i < Text.Length && char.IsDigit(Text[i]) && !StartsReference(next, i))
                {
                    i++;
                }
            }
            else
            {
                form[length++] = char.ToLowerInvariant(Text[i++]);
            }
        }

        return new string(form, 0, length);
    }

    private bool StartsReference(int next, int i) => next < References.Count && References[next].Start == i;
}
