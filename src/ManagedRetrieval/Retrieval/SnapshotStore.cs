using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Retrieval;

/// <summary>Keeps the lists and vectors of features and indexes as tensors of a snapshot.</summary>
internal sealed class SnapshotStore : IFeatureStore
{
    private readonly SafetensorsWriter? _writer;
    private readonly SafetensorsFile? _file;

    public SnapshotStore(SafetensorsWriter writer) => _writer = writer;

    public SnapshotStore(SafetensorsFile file) => _file = file;

    public void AddStrings(string name, IReadOnlyList<string> values) => Writer.AddTexts(name, values, argument: null);

    public IReadOnlyList<string> GetStrings(string name) => File.GetStrings(name);

    public void AddIntegers(string name, ReadOnlySpan<long> values) => Writer.AddCopy(name, values, values.Length);

    public long[] GetIntegers(string name)
    {
        File.RequireShape(name, SafetensorsType.I64, File.GetInfo(name).ElementCount);
        return File.GetLongs(name);
    }

    public void AddNumbers(string name, ReadOnlySpan<double> values) => Writer.AddCopy(name, values, values.Length);

    public double[] GetNumbers(string name)
    {
        File.RequireShape(name, SafetensorsType.F64, File.GetInfo(name).ElementCount);
        return File.GetDoubles(name);
    }

    public void AddVectors(string name, Tensor<float> vectors) => SnapshotTensors.Add(Writer, name, vectors);

    public Tensor<float> GetVectors(string name) => SnapshotTensors.Read(File, name, 2);

    private SafetensorsWriter Writer => _writer ?? throw new InvalidOperationException("The snapshot is being read.");

    private SafetensorsFile File => _file ?? throw new InvalidOperationException("The snapshot is being written.");
}
