namespace ManagedRetrieval.Readers.Text;

/// <summary>A record is a line.</summary>
internal sealed class LineScanner : RecordScanner
{
    private int _scanned;

    public override void Begin() => _scanned = 0;

    public override int Scan(ReadOnlySpan<byte> bytes, bool isLast)
    {
        int end = bytes[_scanned..].IndexOf((byte)'\n');
        if (end >= 0)
        {
            return _scanned + end + 1;
        }

        _scanned = bytes.Length;
        return isLast ? bytes.Length : -1;
    }
}
