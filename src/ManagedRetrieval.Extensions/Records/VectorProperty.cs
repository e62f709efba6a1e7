using System.Globalization;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;

namespace ManagedRetrieval.Extensions.Records;

/// <summary>A property that records are searched by.</summary>
/// <param name="Name">Its name in the record.</param>
/// <param name="StorageName">Its name in the store.</param>
/// <param name="Type">A type of vectors, or what an embedding generator takes.</param>
/// <param name="Index">Its place among the vector properties.</param>
/// <param name="Dimensions">Of its vectors.</param>
internal sealed record VectorProperty(string Name, string StorageName, Type Type, int Index, int Dimensions) : RecordProperty(Name, StorageName, Type)
{
    /// <summary>For messages.</summary>
    public const string SupportedTypes = "ReadOnlyMemory<float>, Embedding<float> and float[]";

    /// <summary>What makes a score.</summary>
    public required Distance Distance { get; init; }

    /// <summary>One of <see cref="IndexKind"/> that is supported.</summary>
    public required string Kind { get; init; }

    /// <summary>Embeds what is searched for, and through its own candidate tower what is stored; null for none.</summary>
    public IEmbeddingGenerator? Generator { get; init; }

    /// <summary>Whether the record holds what is to be embedded, not the vector.</summary>
    public bool IsEmbedded => !IsVector(Type);

    /// <summary>Whether a type holds vectors.</summary>
    public static bool IsVector(Type type) =>
        type == typeof(ReadOnlyMemory<float>) || type == typeof(ReadOnlyMemory<float>?) || type == typeof(Embedding<float>) || type == typeof(float[]);

    /// <summary>The numbers of a vector of any supported type; null for another value.</summary>
    public static ReadOnlyMemory<float>? TryNumbers(object? value) => value switch
    {
        ReadOnlyMemory<float> memory => memory,
        float[] array => array,
        Embedding<float> embedding => embedding.Vector,

        // A bare null would become an array, and so an empty vector.
        _ => default(ReadOnlyMemory<float>?),
    };

    /// <summary>A vector as this property's type.</summary>
    /// <param name="numbers">They are the store's, so an array is a copy.</param>
    public object ToValue(ReadOnlyMemory<float> numbers) =>
        Type == typeof(float[]) ? numbers.ToArray() : Type == typeof(Embedding<float>) ? new Embedding<float>(numbers) : numbers;

    /// <summary>Checks a vector.</summary>
    /// <param name="numbers">Its numbers.</param>
    /// <param name="what">For messages: what the vector is.</param>
    /// <exception cref="ArgumentException">It has other dimensions, or is not finite.</exception>
    public ReadOnlyMemory<float> Check(ReadOnlyMemory<float> numbers, string what)
    {
        if (numbers.Length != Dimensions)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{what} must have the {Dimensions} dimensions of property '{Name}', not {numbers.Length}."));
        }

        return TensorPrimitives.IsFiniteAll(numbers.Span) ? numbers : throw new ArgumentException($"{what} must be finite.");
    }
}
