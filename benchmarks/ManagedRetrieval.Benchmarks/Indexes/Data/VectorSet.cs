using System.Runtime.InteropServices;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Benchmarks.Indexes.Data;

/// <summary>Candidates and those who ask for them.</summary>
/// <param name="Name">What the rows of figures call it.</param>
/// <param name="Rows">[candidates, 64].</param>
/// <param name="Queries">[queries, 64].</param>
internal sealed record VectorSet(string Name, Tensor<float> Rows, Tensor<float> Queries)
{
    /// <summary>Generates the vectors of a setting.</summary>
    public static VectorSet Generate(VectorSetting setting)
    {
        var generator = new VectorGenerator(setting);
        return new VectorSet("clustered", generator.AllRows(), generator.Queries());
    }

    /// <summary>Writes rows.f32 and queries.f32: float32 numbers, row by row.</summary>
    public void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, "rows.f32"), MemoryMarshal.AsBytes(Rows.Span));
        File.WriteAllBytes(Path.Combine(folder, "queries.f32"), MemoryMarshal.AsBytes(Queries.Span));
    }
}
