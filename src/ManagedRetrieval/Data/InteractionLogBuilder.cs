using System.Globalization;
using System.Runtime.InteropServices;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Data;

/// <summary>Collects interactions from sources, whose keys go into the same two indexes.</summary>
internal sealed class InteractionLogBuilder(InteractionColumns columns)
{
    private readonly KeyIndex _users = new(columns.UserKeys);
    private readonly KeyIndex _items = new(columns.ItemKeys);
    private readonly ChunkedColumn<int> _userColumn = new();
    private readonly ChunkedColumn<int> _itemColumn = new();
    private readonly ChunkedColumn<long>? _times = columns.Time is null ? null : new();
    private readonly ChunkedColumn<float>? _weights = columns.Weight is null ? null : new();
    private RaggedIds? _negatives = columns.Negatives is null ? null : new();

    /// <exception cref="DataFormatException">A row cannot be read, or there are more than an array can hold.</exception>
    public async Task<SkippedRows> AddAsync(RowSource source, IProgress<ReadProgress>? progress, CancellationToken cancellationToken)
    {
        var stream = new InteractionStream(source, columns, _users, _items);
        await foreach (Interaction interaction in stream.ReadAsync(progress, cancellationToken).ConfigureAwait(false))
        {
            if (_userColumn.Count == Array.MaxLength)
            {
                string most = Array.MaxLength.ToString(CultureInfo.InvariantCulture);
                throw new DataFormatException(source.Name, null, $"there are more interactions than a log can hold, expected at most {most}.", isOneRow: false);
            }

            _userColumn.Add(interaction.User);
            _itemColumn.Add(interaction.Item);
            _times?.Add(interaction.Time);
            _weights?.Add(interaction.Weight);
            _negatives?.AppendRow(CollectionsMarshal.AsSpan(stream.Negatives));
        }

        return stream.Skipped;
    }

    /// <summary>Takes out what was added since the last time.</summary>
    public InteractionLog Build()
    {
        RaggedIds? negatives = _negatives;
        _negatives = negatives is null ? null : new RaggedIds();
        return new(_users, _items, _userColumn.Drain(), _itemColumn.Drain(), _times?.Drain(), _weights?.Drain(), negatives);
    }
}
