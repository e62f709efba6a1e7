using System.Globalization;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.StepHost;

// Runs a training loop and prints what each of five windows of 20 steps allocated in the whole process, in bytes.
// Arguments: "bags" or "lookups", "options" or "plain", "adam" or "adagrad".
const int Windows = 5, Steps = 20, WarmUp = 60;
var kind = new StepKind(args[0] == "bags", args[1] == "options", args[2] == "adam");
using var team = new WorkerTeam(2);
var loop = new StepLoop(kind, team);
loop.Run(WarmUp);
long[] allocated = new long[Windows];
for (int window = 0; window < Windows; window++)
{
    long before = GC.GetTotalAllocatedBytes(precise: true);
    loop.Run(Steps);
    allocated[window] = GC.GetTotalAllocatedBytes(precise: true) - before;
}

Console.WriteLine(string.Join(' ', allocated.Select(bytes => bytes.ToString(CultureInfo.InvariantCulture))));
