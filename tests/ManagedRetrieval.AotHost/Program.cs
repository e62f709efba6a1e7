using System.Globalization;
using System.Security.Cryptography;
using ManagedRetrieval.AotHost;
using ManagedRetrieval.Engine;
using ManagedRetrieval.Retrieval;

// Trains a small model, saves it with its index, answers from the file and from a map of it, and prints what came of it.
// tests/hosts.sh publishes this program in several ways and compares what they print.
// Arguments: "train FOLDER", "answer FOLDER" with the file of an earlier training, or "speed".
switch (args)
{
    case ["train", string folder]:
        string path = Path.Combine(folder, "model.safetensors");
        await Catalogue.Train().SaveAsync(path);
        var loaded = await Retriever<string, string, int>.LoadAsync(path);
        Print("file", loaded);
        Print("map", Retriever<string, string, int>.Map(path));
        Console.WriteLine("model: " + Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))));
        Console.WriteLine("instructions: " + Hardware.Describe());
        return 0;
    case ["answer", string folder]:
        Print("map", Retriever<string, string, int>.Map(Path.Combine(folder, "model.safetensors")));
        return 0;
    case ["speed"]:
        Console.WriteLine("softmax: " + SoftmaxSpeed.Measure().ToString("f1", CultureInfo.InvariantCulture) + " GFLOP/s");
        return 0;
    default:
        Console.Error.WriteLine("usage: ManagedRetrieval.AotHost train FOLDER | answer FOLDER | speed");
        return 2;
}

static void Print(string from, Retriever<string, string, int> retriever)
{
    foreach (string query in Catalogue.Questions)
    {
        IEnumerable<string> answers = retriever.Retrieve(query, k: 3).Select(answer => string.Create(CultureInfo.InvariantCulture, $"{answer.Identifier} {BitConverter.SingleToUInt32Bits(answer.Score):x8}"));
        Console.WriteLine($"{from}: {query}: {string.Join(", ", answers)}");
    }
}
