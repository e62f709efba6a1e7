using System.Globalization;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.StepHost;
using ManagedRetrieval.Towers;

// Runs a training loop and prints what each of five windows of 20 steps allocated in the whole process, in bytes.
// Arguments: "bags" or "lookups", "options" or "plain", "adam" or "adagrad"; or "trainer" and the kind of its history.
const int Windows = 5, Steps = 20, WarmUp = 60;
using var team = new WorkerTeam(2);
long[] allocated = args[0] == "trainer" ? TrainerLoop.Allocated(Enum.Parse<HistoryKind>(args[1]), team, Windows, Steps, WarmUp) : Loop();
Console.WriteLine(string.Join(' ', allocated.Select(bytes => bytes.ToString(CultureInfo.InvariantCulture))));

long[] Loop()
{
    var loop = new StepLoop(new StepKind(args[0] == "bags", args[1] == "options", args[2] == "adam"), team);
    loop.Run(WarmUp);
    long[] windows = new long[Windows];
    foreach (ref long window in windows.AsSpan())
    {
        long before = GC.GetTotalAllocatedBytes(precise: true);
        loop.Run(Steps);
        window = GC.GetTotalAllocatedBytes(precise: true) - before;
    }

    return windows;
}
