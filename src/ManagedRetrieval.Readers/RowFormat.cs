namespace ManagedRetrieval.Readers;

/// <summary>How a file of rows is written.</summary>
public enum RowFormat
{
    /// <summary>By the file's extension: .csv, .tsv or .tab, .jsonl or .ndjson, .parquet, .adj.</summary>
    ByExtension,

    /// <summary>Values between commas, as RFC 4180 has it, below a header of column names.</summary>
    Csv,

    /// <summary>Values between tabs below a header of column names, with the quotes of <see cref="Csv"/>.</summary>
    Tsv,

    /// <summary>One JSON object a line.</summary>
    JsonLines,

    /// <summary>Apache Parquet.</summary>
    Parquet,

    /// <summary>A user and the user's items in a line, between spaces or tabs; without a header. The columns are "user" and "item".</summary>
    Adjacency,
}
