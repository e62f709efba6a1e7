using ManagedRetrieval.Data;

namespace ManagedRetrieval.Tests.Data;

/// <summary>Rows from memory: null, strings, longs, doubles and lists of strings.</summary>
internal sealed class ListedRows(string[] header, IReadOnlyList<object?[]> rows, BadRowPolicy badRows = BadRowPolicy.Fail)
    : RowSource("rows", new RowSourceOptions { BadRows = badRows })
{
    protected override ValueTask<RowReader> OpenCoreAsync(IReadOnlyList<string> columns, CancellationToken cancellationToken) =>
        ValueTask.FromResult<RowReader>(new Reader(this, columns, [.. columns.Select(column => Array.IndexOf(header, column))], rows));

    private sealed class Reader(RowSource source, IReadOnlyList<string> columns, int[] positions, IReadOnlyList<object?[]> rows) : RowReader(source, columns)
    {
        private int _next;

        public override long BytesRead => 10 * _next;

        public override long? TotalBytes => 10 * rows.Count;

        public override string Place => $"row {_next}";

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

        protected override ValueTask<bool> ReadRowAsync(CancellationToken cancellationToken)
        {
            if (_next == rows.Count)
            {
                return ValueTask.FromResult(false);
            }

            object?[] row = rows[_next++];
            for (int i = 0; i < positions.Length; i++)
            {
                switch (row[positions[i]])
                {
                    case string text:
                        SetText(i, text);
                        break;
                    case long number:
                        SetNumber(i, number);
                        break;
                    case double number:
                        SetNumber(i, number);
                        break;
                    case string[] list:
                        SetList(i, list);
                        break;
                    case Exception:
                        throw BadRow("this row is broken.");
                }
            }

            return ValueTask.FromResult(true);
        }
    }
}
