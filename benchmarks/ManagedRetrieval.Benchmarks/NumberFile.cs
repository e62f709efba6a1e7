using System.Runtime.InteropServices;

namespace ManagedRetrieval.Benchmarks;

/// <summary>Numbers in a file that another process reads or writes, which is deleted afterwards.</summary>
internal sealed class NumberFile : IDisposable
{
    /// <summary>Makes an empty file.</summary>
    public NumberFile()
    {
    }

    /// <summary>Makes a file that holds numbers.</summary>
    public NumberFile(ReadOnlySpan<float> numbers)
    {
        using FileStream file = File.OpenWrite(Path);
        file.Write(MemoryMarshal.AsBytes(numbers));
    }

    /// <summary>Where it lies.</summary>
    public string Path { get; } = System.IO.Path.GetTempFileName();

    /// <summary>Reads so many numbers.</summary>
    public TNumber[] Read<TNumber>(int count)
        where TNumber : unmanaged
    {
        var numbers = new TNumber[count];
        using FileStream file = File.OpenRead(Path);
        file.ReadExactly(MemoryMarshal.AsBytes(numbers.AsSpan()));
        return numbers;
    }

    public void Dispose() => File.Delete(Path);
}
