using System.Runtime.InteropServices;

namespace ManagedRetrieval.Benchmarks;

/// <summary>Where figures were measured.</summary>
internal static class Machine
{
    /// <summary>Operating system, processors and runtime.</summary>
    public static string Description { get; } =
        $"{RuntimeInformation.OSDescription}, {Environment.ProcessorCount} processors ({Processor()}), .NET {Environment.Version}";

    /// <summary>The processor's name with family and model, which tell generations of one name apart.</summary>
    private static string Processor()
    {
        Dictionary<string, string> first = File.ReadLines("/proc/cpuinfo").TakeWhile(line => line.Length > 0)
            .Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries)).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1]);
        return $"{first.GetValueOrDefault("model name")}, family {first.GetValueOrDefault("cpu family")}, model {first.GetValueOrDefault("model")}";
    }
}
