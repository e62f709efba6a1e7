using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Benchmarks.Indexes.Data;

/// <summary>Candidates and those who ask for them.</summary>
/// <param name="Name">What the rows of figures call it.</param>
/// <param name="Rows">[candidates, 64].</param>
/// <param name="Queries">[queries, 64].</param>
/// <param name="Folder">Where its files are, and what is made of it.</param>
internal sealed record VectorSet(string Name, Tensor<float> Rows, Tensor<float> Queries, string Folder)
{
    /// <summary>The first 64 bits of the SHA-256 of the rows: the same for the same rows.</summary>
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(Rows.Span)).AsSpan(0, 8));

    /// <summary>Generates the vectors of a setting.</summary>
    /// <param name="setting">What they are like.</param>
    /// <param name="parent">The folder that its own is in.</param>
    public static VectorSet Generate(VectorSetting setting, string parent)
    {
        const string Name = "clustered";
        var generator = new VectorGenerator(setting);
        return new VectorSet(Name, generator.AllRows(), generator.Queries(), Path.Combine(parent, Name));
    }

    /// <summary>Where a file of the set is.</summary>
    public string File(string name) => Path.Combine(Folder, name);

    /// <summary>Writes rows.f32 and queries.f32: float32 numbers, row by row.</summary>
    public void Write()
    {
        Directory.CreateDirectory(Folder);
        System.IO.File.WriteAllBytes(File("rows.f32"), MemoryMarshal.AsBytes(Rows.Span));
        System.IO.File.WriteAllBytes(File("queries.f32"), MemoryMarshal.AsBytes(Queries.Span));
    }
}
