using System.Diagnostics;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Tests.Persistence;

public sealed class PythonTests
{
    private const string Program = """
        import sys
        from safetensors.numpy import load_file
        for name, tensor in sorted(load_file(sys.argv[1]).items()):
            print(name, tensor.dtype.name, "x".join(map(str, tensor.shape)), tensor.tobytes().hex(), sep="|")
        """;

    [PythonFact]
    public void Pythons_safetensors_reads_what_the_writer_wrote()
    {
        string path = Path.Combine(Path.GetTempPath(), $"python-{Guid.NewGuid():N}.safetensors");
        try
        {
            Samples.Small().Write(path);
            using Process python = Process.Start(PythonFactAttribute.Start("-c", Program, path))!;
            Task<string> errors = python.StandardError.ReadToEndAsync();
            string[] seen = python.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            Assert.True(seen.Length > 0, errors.GetAwaiter().GetResult());
            SafetensorsFile file = SafetensorsFile.Load(path);
            Assert.Equal(
                file.Tensors.OrderBy(tensor => tensor.Name, StringComparer.Ordinal).Select(tensor =>
                    $"{tensor.Name}|{NumpyName(tensor.Type)}|{string.Join('x', tensor.Shape)}|{Convert.ToHexStringLower(Contents.Copy(file, tensor.Name))}"),
                seen);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string NumpyName(SafetensorsType type) => type switch
    {
        SafetensorsType.F16 => "float16",
        SafetensorsType.F32 => "float32",
        SafetensorsType.F64 => "float64",
        SafetensorsType.I8 => "int8",
        SafetensorsType.I32 => "int32",
        SafetensorsType.I64 => "int64",
        SafetensorsType.U16 => "uint16",
        _ => "uint8",
    };
}
