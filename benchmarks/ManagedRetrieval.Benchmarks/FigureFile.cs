using System.Text.Json;

namespace ManagedRetrieval.Benchmarks;

/// <summary>Figures as a JSON file; names are in snake case.</summary>
internal static class FigureFile
{
    private static readonly JsonSerializerOptions Names = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>Writes the file as a whole or not at all.</summary>
    public static void Write<TFigures>(string path, TFigures figures)
    {
        string temporary = path + ".tmp";
        File.WriteAllText(temporary, JsonSerializer.Serialize(figures, Names) + "\n");
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Reads what was written.</summary>
    public static TFigures Read<TFigures>(string path) => JsonSerializer.Deserialize<TFigures>(File.ReadAllText(path), Names)!;
}
