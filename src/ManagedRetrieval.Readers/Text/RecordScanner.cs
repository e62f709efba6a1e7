namespace ManagedRetrieval.Readers.Text;

/// <summary>Finds where a record of a text ends.</summary>
internal abstract class RecordScanner
{
    /// <summary>Makes ready for the next record.</summary>
    public abstract void Begin();

    /// <summary>Looks for the record's end, from where the call before left off.</summary>
    /// <param name="bytes">From the record's first byte; what the call before saw stands at the beginning.</param>
    /// <param name="isLast">Whether nothing follows.</param>
    /// <returns>The record's length with its line end; −1 where more bytes are needed.</returns>
    public abstract int Scan(ReadOnlySpan<byte> bytes, bool isLast);
}
