using System.Globalization;
using ManagedRetrieval.Data;
using Parquet;
using Parquet.Schema;

namespace ManagedRetrieval.Readers.Parquet;

/// <summary>Reads the wanted columns of a Parquet file, one row group at a time.</summary>
internal sealed class ParquetRowReader : RowReader
{
    private static ReadOnlySpan<byte> Magic => "PAR1"u8;

    // The mark at both ends, and the footer's length before the last.
    private const int ShortestFile = 12;

    private readonly Stream _stream;
    private readonly ParquetReader _file;
    private readonly ParquetColumn[] _columns;
    private readonly long _length;
    private int _group;
    private long _row;
    private long _rowsInGroup;

    private ParquetRowReader(RowSource source, IReadOnlyList<string> columns, Stream stream, ParquetReader file)
        : base(source, columns)
    {
        (_stream, _file, _length) = (stream, file, stream.Length);
        IReadOnlyList<Field> fields = file.Schema.Fields;
        if (fields.Select(field => source.Options.DescribeUnknown(field.Name)).FirstOrDefault(problem => problem is not null) is { } unknown)
        {
            throw new DataFormatException(source.Name, null, unknown, isOneRow: false);
        }

        _columns = [.. columns.Select(column => ParquetColumn.Create(source, Find(source, fields, column)))];
    }

    /// <summary>Row groups are read whole, so this counts them, as if all were of one size.</summary>
    public override long BytesRead => _file.RowGroupCount == 0 ? _length : (long)((double)_length * _group / _file.RowGroupCount);

    public override long? TotalBytes => _length;

    public override string Place => _row == 0
        ? string.Create(CultureInfo.InvariantCulture, $"row group {_group}")
        : string.Create(CultureInfo.InvariantCulture, $"row group {_group}, row {_row}");

    public static async ValueTask<ParquetRowReader> OpenAsync(RowSource source, IReadOnlyList<string> columns, Stream stream, CancellationToken cancellationToken)
    {
        if (!stream.CanSeek)
        {
            throw new NotSupportedException($"'{source.Name}': a Parquet file ends with its table of contents, so the stream must be able to seek.");
        }

        await CheckEndsAsync(source, stream, cancellationToken).ConfigureAwait(false);
        ParquetReader? file = null;
        try
        {
            file = await ParquetReader.CreateAsync(stream, cancellationToken: cancellationToken).ConfigureAwait(false);
            return new ParquetRowReader(source, columns, stream, file);
        }
        catch (Exception damage) when (damage is not (OperationCanceledException or DataFormatException))
        {
            throw new DataFormatException(source.Name, null, $"the footer of the Parquet file cannot be read, the file is damaged: {damage.Message}", isOneRow: false, damage);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await _file.DisposeAsync().ConfigureAwait(false);
        await _stream.DisposeAsync().ConfigureAwait(false);
    }

    protected override async ValueTask<bool> ReadRowAsync(CancellationToken cancellationToken)
    {
        while (_row == _rowsInGroup)
        {
            if (_group == _file.RowGroupCount)
            {
                return false;
            }

            await LoadAsync(cancellationToken).ConfigureAwait(false);
        }

        _row++;
        for (int i = 0; i < _columns.Length; i++)
        {
            try
            {
                Set(i);
            }
            catch (InvalidDataException damage)
            {
                throw Damaged(i, damage);
            }
        }

        return true;
    }

    private void Set(int column)
    {
        if (_columns[column].IsList)
        {
            SetList(column, _columns[column].NextList());
        }
        else if (_columns[column].Next() is { } value)
        {
            if (value.Text is { } text)
            {
                SetText(column, text.Span);
            }
            else if (value.Integer is { } integer)
            {
                SetNumber(column, integer);
            }
            else
            {
                SetNumber(column, value.Number);
            }
        }
    }

    private async ValueTask LoadAsync(CancellationToken cancellationToken)
    {
        _group++;
        (_row, _rowsInGroup) = (0, 0);
        int column = 0;
        try
        {
            using ParquetRowGroupReader group = _file.OpenRowGroupReader(_group - 1);
            for (; column < _columns.Length; column++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await _columns[column].LoadAsync(group, cancellationToken).ConfigureAwait(false);
            }

            _rowsInGroup = group.RowCount;
        }
        catch (Exception damage) when (damage is not (OperationCanceledException or UnauthorizedAccessException))
        {
            throw Damaged(column, damage);
        }
    }

    private DataFormatException Damaged(int column, Exception damage) => new(
        Source.Name,
        Place,
        $"column {DataFormatException.Quote(Columns[column])} cannot be read, the file is damaged: {damage.Message}",
        isOneRow: false,
        damage);

    private static Field Find(RowSource source, IReadOnlyList<Field> fields, string column)
    {
        Field[] found = [.. fields.Where(field => field.Name == column)];
        string? problem = found.Length switch
        {
            0 => $"there is no column {DataFormatException.Quote(column)}, only {DataFormatException.List([.. fields.Select(field => field.Name)])}.",
            1 => null,
            _ => $"{found.Length.ToString(CultureInfo.InvariantCulture)} columns are called {DataFormatException.Quote(column)}, expected names that differ.",
        };
        return problem is null ? found[0] : throw new DataFormatException(source.Name, null, problem, isOneRow: false)
        {
            MissingColumn = found.Length == 0 ? column : null,
        };
    }

    private static async ValueTask CheckEndsAsync(RowSource source, Stream stream, CancellationToken cancellationToken)
    {
        byte[] mark = new byte[Magic.Length];
        string? problem = stream.Length switch
        {
            0 => "the file is empty, expected Parquet.",
            < ShortestFile => "the file is too short for Parquet.",
            _ => null,
        };
        if (problem is null)
        {
            stream.Position = 0;
            await stream.ReadExactlyAsync(mark, cancellationToken).ConfigureAwait(false);
            problem = mark.AsSpan().SequenceEqual(Magic) ? null : "this is no Parquet file: it does not begin with PAR1.";
        }

        if (problem is null)
        {
            stream.Position = stream.Length - mark.Length;
            await stream.ReadExactlyAsync(mark, cancellationToken).ConfigureAwait(false);
            problem = mark.AsSpan().SequenceEqual(Magic) ? null : "the Parquet file does not end with PAR1: it was cut off or not finished.";
        }

        stream.Position = 0;
        if (problem is not null)
        {
            throw new DataFormatException(source.Name, null, problem, isOneRow: false);
        }
    }
}
