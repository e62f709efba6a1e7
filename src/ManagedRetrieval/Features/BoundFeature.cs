namespace ManagedRetrieval.Features;

/// <summary>A feature with its name and the place of its value in an input.</summary>
/// <typeparam name="TInput">An input, such as a record of the caller's.</typeparam>
internal abstract class BoundFeature<TInput>(string name)
{
    public string Name => name;

    /// <summary>An <see cref="ISparseFeature{TInput}"/> or <see cref="IDenseFeature{TInput}"/> of the value's type.</summary>
    public abstract object Feature { get; }

    /// <summary>Embedding rows of a sparse feature, numbers of a dense one.</summary>
    public abstract int Size { get; }

    public abstract bool IsDense { get; }

    public abstract EncodedColumn NewColumn();

    /// <summary>Appends a row.</summary>
    public abstract void Encode(TInput input, EncodedColumn column);
}

internal sealed class BoundSparseFeature<TInput, TValue>(string name, ISparseFeature<TValue> feature, Func<TInput, TValue> value) : BoundFeature<TInput>(name)
{
    public override object Feature => feature;

    public override int Size => feature.RowCount;

    public override bool IsDense => false;

    public override EncodedColumn NewColumn() => new RaggedIds();

    public override void Encode(TInput input, EncodedColumn column) => feature.Encode(value(input), (RaggedIds)column);
}

internal sealed class BoundDenseFeature<TInput, TValue>(string name, IDenseFeature<TValue> feature, Func<TInput, TValue> value) : BoundFeature<TInput>(name)
{
    public override object Feature => feature;

    public override int Size => feature.Width;

    public override bool IsDense => true;

    public override EncodedColumn NewColumn() => new DenseRows(feature.Width);

    public override void Encode(TInput input, EncodedColumn column) => feature.Encode(value(input), ((DenseRows)column).AppendRow());
}
