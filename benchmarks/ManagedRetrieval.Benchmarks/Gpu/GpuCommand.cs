using System.CommandLine;
using System.Globalization;
using ManagedRetrieval.Gpu;

namespace ManagedRetrieval.Benchmarks.Gpu;

/// <summary>The command that measures a GPU beside the processor.</summary>
internal static class GpuCommand
{
    public static Command Create()
    {
        var quick = new Option<bool>("--quick") { Description = "The small pieces of work alone." };
        var device = new Option<string?>("--device") { Description = "A part of the device's name; by default the first that works." };
        var json = new Option<FileInfo?>("--json") { Description = "Writes the figures to a file as well." };
        var command = new Command("gpu", "Measures products, search and loss on any device found, transfers and kernels apart, and on the processor.") { quick, device, json };
        command.SetAction(result => Run(result.GetValue(quick), result.GetValue(device), result.GetValue(json)?.FullName));
        return command;
    }

    private static int Run(bool quick, string? name, string? file)
    {
        if (!GpuBackend.TryCreate(out GpuBackend? backend, out string whyNot, new GpuOptions { AllowsProcessor = true, DeviceName = name }))
        {
            Console.Error.WriteLine(whyNot);
            return 1;
        }

        using (backend)
        {
            Console.WriteLine(backend.Name + (backend.IsProcessor ? ", which is the processor itself" : ""));
            Console.WriteLine(Machine.Description);
            Console.WriteLine();
            Console.WriteLine($"{"",-36}{"processor",11}{"device",11}{"write",9}{"kernels",10}{"read",9}{"launches",10}{"MB",9}{"GFLOP/s",10}");
            var rows = new List<GpuRow>();
            using var benchmark = new GpuBenchmark(backend);
            foreach (GpuRow row in benchmark.Measure(quick))
            {
                rows.Add(row);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{row.Work,-36}{row.Processor,11:f2}{row.Device,11:f2}{row.Write,9:f2}{row.Kernels,10:f2}{row.Read,9:f2}{row.Launches,10}{row.Bytes / 1e6,9:f1}{row.KernelGigaflops,10:f1}"));
            }

            if (file is not null)
            {
                FigureFile.Write(file, new GpuFigures(backend.Name, Machine.Description, rows));
            }
        }

        return 0;
    }
}
