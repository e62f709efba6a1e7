using ManagedRetrieval.Data;
using ManagedRetrieval.Readers.Parquet;
using ManagedRetrieval.Readers.Text;

namespace ManagedRetrieval.Readers;

/// <summary>The rows of a file.</summary>
/// <remarks>
/// Text is UTF-8, with or without a byte order mark; lines end in LF or CRLF; empty lines are passed over. Reading holds
/// one record of a text format at a time (see <see cref="RowSourceOptions.MaximumRecordBytes"/>), and of Parquet the
/// wanted columns of one row group.
/// </remarks>
public sealed class FileRowSource : RowSource
{
    private readonly Func<Stream> _open;

    /// <summary>The rows of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">How it is written.</param>
    /// <param name="options">How rows are read; null for the defaults.</param>
    /// <exception cref="ArgumentException">The path is empty, or no format is given and the extension tells none.</exception>
    public FileRowSource(string path, RowFormat format = RowFormat.ByExtension, RowSourceOptions? options = null)
        : this(path, () => OpenFile(path), format, options)
    {
    }

    /// <summary>The rows of something else than a file, such as an archive's entry.</summary>
    /// <param name="name">What messages call it; its extension may tell the format.</param>
    /// <param name="open">Gives the bytes from the beginning, each time anew; the reader disposes of the stream. Parquet needs one that can seek.</param>
    /// <param name="format">How it is written.</param>
    /// <param name="options">How rows are read; null for the defaults.</param>
    /// <exception cref="ArgumentException">The name is empty, or no format is given and the extension tells none.</exception>
    public FileRowSource(string name, Func<Stream> open, RowFormat format = RowFormat.ByExtension, RowSourceOptions? options = null)
        : base(name, options)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(open);
        (_open, Format) = (open, format == RowFormat.ByExtension ? FormatOf(name) : format);
    }

    /// <summary>How the file is written.</summary>
    public RowFormat Format { get; }

    /// <inheritdoc/>
    protected override async ValueTask<RowReader> OpenCoreAsync(IReadOnlyList<string> columns, CancellationToken cancellationToken)
    {
        Stream stream = _open();
        try
        {
            return Format switch
            {
                RowFormat.Csv => await DelimitedRowReader.OpenAsync(this, columns, stream, (byte)',', cancellationToken).ConfigureAwait(false),
                RowFormat.Tsv => await DelimitedRowReader.OpenAsync(this, columns, stream, (byte)'\t', cancellationToken).ConfigureAwait(false),
                RowFormat.JsonLines => new JsonLinesRowReader(this, columns, stream),
                RowFormat.Adjacency => new AdjacencyRowReader(this, columns, stream),
                RowFormat.Parquet => await ParquetRowReader.OpenAsync(this, columns, stream, cancellationToken).ConfigureAwait(false),
                _ => throw new InvalidOperationException($"There is no format {Format}."),
            };
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static FileStream OpenFile(string path) => new(
        path,
        new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.Read, Options = FileOptions.Asynchronous | FileOptions.SequentialScan, BufferSize = 0 });

    private static RowFormat FormatOf(string name) => Path.GetExtension(name).ToLowerInvariant() switch
    {
        ".csv" => RowFormat.Csv,
        ".tsv" or ".tab" => RowFormat.Tsv,
        ".jsonl" or ".ndjson" => RowFormat.JsonLines,
        ".parquet" => RowFormat.Parquet,
        ".adj" => RowFormat.Adjacency,
        string other => throw new ArgumentException(
            $"The extension '{other}' of '{name}' tells no format; name one, or use .csv, .tsv, .tab, .jsonl, .ndjson, .parquet or .adj.", nameof(name)),
    };
}
