using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using MedStreams.Bench.Support;
using Perfolizer.Horology;

namespace MedStreams.Dsl.Bench;

/// <summary>
/// Runs classes of BenchmarkDotNet in this process, and reports what they measured as the other benchmarks do: the median of the iterations
/// beside that of the baseline, in CPU time of the measuring thread, which neighbours on the machine disturb least.
/// </summary>
internal sealed class Measuring(BenchOptions options, Report report)
{
    private const string Bench = "Dsl";

    /// <summary>Runs the benchmarks of a class that were asked for, each with its baseline.</summary>
    /// <param name="group">What they are called together.</param>
    /// <param name="unit">What each of their operations is.</param>
    /// <param name="warmUps">Iterations before those that count: the compiler needs a while for code that nothing has run before.</param>
    /// <exception cref="BenchException">One of them failed.</exception>
    public void Run<T>(string group, string unit, int warmUps)
    {
        var artifacts = Directory.CreateTempSubdirectory("medstreams-bench-");
        try
        {
            var log = new StringWriter();
            var all = BenchmarkConverter.TypeToBenchmarks(typeof(T), Config(artifacts.FullName, warmUps, log));
            var wanted = all.BenchmarksCases
                .Where(c => !Case.Of(c).IsBaseline && Case.Of(c).IsPossible && (options.Wants(group) || options.Wants(Case.Of(c).Name)))
                .Select(Case.Of).ToHashSet();
            if (wanted.Count == 0)
                return;
            var cases = all.BenchmarksCases.Where(c => wanted.Contains(Case.Of(c))
                || wanted.Any(w => Case.Of(c).IsBaseline && Case.Of(c).Baseline == w.Baseline));
            Report.Progress($"{Bench}: measuring {group}");
            Tell(BenchmarkRunner.Run(new BenchmarkRunInfo([.. cases], typeof(T), all.Config)), unit, log);
        }
        finally
        {
            artifacts.Delete(recursive: true);
        }
    }

    private void Tell(Summary summary, string unit, StringWriter log)
    {
        var failed = summary.Reports.FirstOrDefault(r => r.ResultStatistics is null);
        if (failed is not null || summary.HasCriticalValidationErrors || summary.Reports.IsEmpty)
            throw new BenchException($"{failed?.BenchmarkCase.DisplayInfo ?? "The benchmarks"} failed:\n{log}");
        var baselines = summary.Reports.Select(r => (Case: Case.Of(r.BenchmarkCase), Report: r))
            .Where(r => r.Case.IsBaseline).ToDictionary(r => r.Case.Baseline, r => r.Report, StringComparer.Ordinal);
        foreach (var measured in summary.Reports.OrderBy(r => Case.Of(r.BenchmarkCase).Order))
        {
            var subject = Case.Of(measured.BenchmarkCase);
            var baseline = subject.IsBaseline ? null : baselines[subject.Baseline];
            var against = baseline is null ? null : Case.Of(baseline.BenchmarkCase).ShortName;
            if (subject.IsBaseline && !subject.IsTold)
                continue;
            report.Add(new(Bench, subject.Name, Time(measured), $"cpu ns/{unit}", baseline is null ? null : Time(baseline), against));
            report.Add(new(
                Bench, subject.Name, Allocated(measured), $"allocated B/{unit}", baseline is null ? null : Allocated(baseline), against));
        }
    }

    private static double Time(BenchmarkReport report) => report.ResultStatistics!.Median;

    private static double Allocated(BenchmarkReport report)
    {
        var perOperation = (double)report.GcStats.GetTotalAllocatedBytes(excludeAllocationQuantumSideEffects: true)!.Value
            / report.GcStats.TotalOperations;
        return perOperation < 1 ? 0 : perOperation; // other threads of the runtime and of BenchmarkDotNet allocate a little
    }

    private ManualConfig Config(string artifacts, int warmUps, TextWriter log)
    {
        var job = Job.Default
            .WithToolchain(InProcessEmitToolchain.Instance)
            .WithIterationTime(TimeInterval.FromMilliseconds(options.Full ? 200 : 20))
            .WithWarmupCount(warmUps)
            .WithIterationCount(options.Repeat ?? (options.Full ? 15 : 3))
            .WithClock(ThreadClock.Instance)
            .WithEvaluateOverhead(false)
            .WithGcForce(false);
        return ManualConfig.CreateEmpty()
            .AddJob(job)
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddLogicalGroupRules(BenchmarkLogicalGroupRule.ByCategory)
            .AddLogger(new TextLogger(log))
            .WithArtifactsPath(artifacts)
            .WithOptions(ConfigOptions.DisableLogFile);
    }

    /// <summary>What is measured in a benchmark of BenchmarkDotNet's.</summary>
    /// <param name="Name">How it is told.</param>
    /// <param name="Baseline">What it shares with its baseline, and with nothing else.</param>
    /// <param name="IsBaseline">Whether it is the baseline.</param>
    /// <param name="IsTold">Whether it is told itself, also where it is a baseline.</param>
    /// <param name="Order">Its place in the table.</param>
    /// <param name="IsPossible">Whether there can be such a case at all.</param>
    private sealed record Case(string Name, string Baseline, bool IsBaseline, bool IsTold, int Order, bool IsPossible = true)
    {
        private static readonly List<string> Operators = [.. OperatorBenchmarks.Names];

        /// <summary>The name of a baseline beside a figure.</summary>
        public string ShortName => Name.Split(',')[0];

        public static Case Of(BenchmarkCase benchmark)
        {
            var method = benchmark.Descriptor.WorkloadMethodDisplayInfo.Trim('\'');
            if (benchmark.Parameters.Items.SingleOrDefault()?.Value is string name)
            {
                var needsDriver = Operator.Wide.Any(o => o.Name == name);
                return new Case(
                    $"{name}, {method}",
                    method,
                    name == Operator.Source.Name,
                    IsTold: true,
                    Operators.IndexOf(name),
                    !needsDriver || benchmark.Descriptor.WorkloadMethod.Name == nameof(OperatorBenchmarks.UnderTestDriver));
            }

            return new Case(method, benchmark.Descriptor.Categories.Single(), benchmark.Descriptor.Baseline, !benchmark.Descriptor.Baseline, benchmark.Descriptor.MethodIndex);
        }
    }

    private sealed class TextLogger(TextWriter log) : ILogger
    {
        public string Id => nameof(TextLogger);

        public int Priority => 0;

        public void Write(LogKind logKind, string text) => log.Write(text);

        public void WriteLine() => log.WriteLine();

        public void WriteLine(LogKind logKind, string text) => log.WriteLine(text);

        public void Flush() => log.Flush();
    }
}
