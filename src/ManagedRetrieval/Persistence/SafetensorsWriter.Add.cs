namespace ManagedRetrieval.Persistence;

public sealed partial class SafetensorsWriter
{
    /// <summary>Adds an F32 tensor without copying it: the values must stay as they are until the last write.</summary>
    /// <param name="name">The tensor's name; not empty, not <c>__metadata__</c>, not added before.</param>
    /// <param name="values">The elements, row-major.</param>
    /// <param name="shape">Up to three dimensions, outermost first; none for a single value.</param>
    /// <exception cref="ArgumentException">The name is not allowed, the shape does not fit, or there are more elements than an array can hold.</exception>
    public void Add(string name, ReadOnlyMemory<float> values, params ReadOnlySpan<long> shape) =>
        AddTensor(name, SafetensorsType.F32, values, shape);

    /// <inheritdoc cref="Add(string, ReadOnlyMemory{float}, ReadOnlySpan{long})"/>
    /// <summary>Adds an F64 tensor without copying it: the values must stay as they are until the last write.</summary>
    public void Add(string name, ReadOnlyMemory<double> values, params ReadOnlySpan<long> shape) =>
        AddTensor(name, SafetensorsType.F64, values, shape);

    /// <inheritdoc cref="Add(string, ReadOnlyMemory{float}, ReadOnlySpan{long})"/>
    /// <summary>Adds an I32 tensor without copying it: the values must stay as they are until the last write.</summary>
    public void Add(string name, ReadOnlyMemory<int> values, params ReadOnlySpan<long> shape) =>
        AddTensor(name, SafetensorsType.I32, values, shape);

    /// <inheritdoc cref="Add(string, ReadOnlyMemory{float}, ReadOnlySpan{long})"/>
    /// <summary>Adds an I64 tensor without copying it: the values must stay as they are until the last write.</summary>
    public void Add(string name, ReadOnlyMemory<long> values, params ReadOnlySpan<long> shape) =>
        AddTensor(name, SafetensorsType.I64, values, shape);

    /// <inheritdoc cref="Add(string, ReadOnlyMemory{float}, ReadOnlySpan{long})"/>
    /// <summary>Adds a U8 tensor without copying it: the values must stay as they are until the last write.</summary>
    public void Add(string name, ReadOnlyMemory<byte> values, params ReadOnlySpan<long> shape) =>
        AddTensor(name, SafetensorsType.U8, values, shape);

    /// <inheritdoc cref="Add(string, ReadOnlyMemory{float}, ReadOnlySpan{long})"/>
    /// <summary>Adds an I8 tensor without copying it: the values must stay as they are until the last write.</summary>
    public void Add(string name, ReadOnlyMemory<sbyte> values, params ReadOnlySpan<long> shape) =>
        AddTensor(name, SafetensorsType.I8, values, shape);

    /// <inheritdoc cref="Add(string, ReadOnlyMemory{float}, ReadOnlySpan{long})"/>
    /// <summary>Adds a U16 tensor without copying it: the values must stay as they are until the last write.</summary>
    public void Add(string name, ReadOnlyMemory<ushort> values, params ReadOnlySpan<long> shape) =>
        AddTensor(name, SafetensorsType.U16, values, shape);

    /// <inheritdoc cref="Add(string, ReadOnlyMemory{float}, ReadOnlySpan{long})"/>
    /// <summary>Adds an F16 tensor without copying it: the values must stay as they are until the last write.</summary>
    public void Add(string name, ReadOnlyMemory<Half> values, params ReadOnlySpan<long> shape) =>
        AddTensor(name, SafetensorsType.F16, values, shape);

    /// <summary>Adds an F32 tensor from a copy of <paramref name="values"/>.</summary>
    /// <inheritdoc cref="Add(string, ReadOnlyMemory{float}, ReadOnlySpan{long})"/>
    public void AddCopy(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) =>
        Add(name, values.ToArray(), shape);

    /// <summary>Adds an F64 tensor from a copy of <paramref name="values"/>.</summary>
    /// <inheritdoc cref="Add(string, ReadOnlyMemory{float}, ReadOnlySpan{long})"/>
    public void AddCopy(string name, ReadOnlySpan<double> values, params ReadOnlySpan<long> shape) =>
        Add(name, values.ToArray(), shape);

    /// <summary>Adds an I32 tensor from a copy of <paramref name="values"/>.</summary>
    /// <inheritdoc cref="Add(string, ReadOnlyMemory{float}, ReadOnlySpan{long})"/>
    public void AddCopy(string name, ReadOnlySpan<int> values, params ReadOnlySpan<long> shape) =>
        Add(name, values.ToArray(), shape);

    /// <summary>Adds an I64 tensor from a copy of <paramref name="values"/>.</summary>
    /// <inheritdoc cref="Add(string, ReadOnlyMemory{float}, ReadOnlySpan{long})"/>
    public void AddCopy(string name, ReadOnlySpan<long> values, params ReadOnlySpan<long> shape) =>
        Add(name, values.ToArray(), shape);

    /// <summary>Adds a U8 tensor from a copy of <paramref name="values"/>.</summary>
    /// <inheritdoc cref="Add(string, ReadOnlyMemory{float}, ReadOnlySpan{long})"/>
    public void AddCopy(string name, ReadOnlySpan<byte> values, params ReadOnlySpan<long> shape) =>
        Add(name, values.ToArray(), shape);

    /// <summary>Adds an I8 tensor from a copy of <paramref name="values"/>.</summary>
    /// <inheritdoc cref="Add(string, ReadOnlyMemory{float}, ReadOnlySpan{long})"/>
    public void AddCopy(string name, ReadOnlySpan<sbyte> values, params ReadOnlySpan<long> shape) =>
        Add(name, values.ToArray(), shape);

    /// <summary>Adds a U16 tensor from a copy of <paramref name="values"/>.</summary>
    /// <inheritdoc cref="Add(string, ReadOnlyMemory{float}, ReadOnlySpan{long})"/>
    public void AddCopy(string name, ReadOnlySpan<ushort> values, params ReadOnlySpan<long> shape) =>
        Add(name, values.ToArray(), shape);

    /// <summary>Adds an F16 tensor from a copy of <paramref name="values"/>.</summary>
    /// <inheritdoc cref="Add(string, ReadOnlyMemory{float}, ReadOnlySpan{long})"/>
    public void AddCopy(string name, ReadOnlySpan<Half> values, params ReadOnlySpan<long> shape) =>
        Add(name, values.ToArray(), shape);

    /// <summary>
    /// Adds a list of texts as two tensors: <c>name.utf8</c>, U8 [bytes], all texts in UTF-8 one after another, and
    /// <c>name.offsets</c>, I64 [texts + 1], where text i takes bytes offsets[i] to offsets[i + 1].
    /// </summary>
    /// <exception cref="ArgumentException">
    /// A text is null or not valid UTF-16, a name is taken, or the texts need more than 2 GB; nothing was added.
    /// </exception>
    public void AddStrings(string name, IReadOnlyList<string> texts)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(texts);
        AddTexts(name, texts, nameof(texts));
    }

    /// <summary>The same for who was not given the texts themselves.</summary>
    /// <param name="name">The name of the list.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="argument">What holds the texts, for the caller's caller; null where no argument does.</param>
    internal void AddTexts(string name, IReadOnlyList<string> texts, string? argument)
    {
        RequireFree(name, StringTensors.BytesSuffix, StringTensors.OffsetsSuffix);
        (byte[] utf8, long[] offsets) = StringTensors.Encode(name, texts, argument);
        Add(name + StringTensors.BytesSuffix, utf8, utf8.Length);
        Add(name + StringTensors.OffsetsSuffix, offsets, offsets.Length);
    }
}
