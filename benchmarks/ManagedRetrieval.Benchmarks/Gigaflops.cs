using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace ManagedRetrieval.Benchmarks;

/// <summary>Adds a column: operations over the mean time.</summary>
internal sealed class Gigaflops : ManualConfig
{
    public Gigaflops() => AddColumn(new Column());

    private sealed class Column : IColumn
    {
        public string Id => "GFLOP/s";

        public string ColumnName => "GFLOP/s";

        public bool AlwaysShow => true;

        public ColumnCategory Category => ColumnCategory.Custom;

        public int PriorityInCategory => 0;

        public bool IsNumeric => true;

        public UnitType UnitType => UnitType.Dimensionless;

        public string Legend => "operations / mean time";

        public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
        {
            var work = (IWork)benchmarkCase.Parameters["Work"];
            double? nanoseconds = summary[benchmarkCase]?.ResultStatistics?.Mean;
            return nanoseconds is { } mean ? (work.Operations / mean).ToString("f1", CultureInfo.InvariantCulture) : "-";
        }

        public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

        public bool IsAvailable(Summary summary) => true;

        public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;
    }
}
