using System.Diagnostics;
using MedStreams.Cli.Demo.Clinic;
using MedStreams.Cli.Demo.Traffic;
using MedStreams.Local;
using MedStreams.Streams;
using MedStreams.Topologies.Increments;

namespace MedStreams.Cli.Demo;

/// <summary>What a demo is asked to do.</summary>
/// <param name="Folder">Where everything of it lies.</param>
/// <param name="Records">Made-up records to send, besides the real ones.</param>
/// <param name="PerSecond">The pace in records a second.</param>
/// <param name="Seed">Of the made-up records.</param>
internal sealed record DemoPlan(string Folder, long Records, double PerSecond, int Seed);

/// <summary>
/// The whole job, once: logs in, increments out, with a runner that is killed with signal 9 in the middle and started
/// again, and at the end the database held against an independent count of the input.
/// </summary>
internal sealed class DemoRun(DemoPlan plan, CliEnvironment environment, IDemoDisplay display)
{
    private const int ShownDifferences = 10;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan StallLimit = TimeSpan.FromSeconds(30);

    private long _sentAll;
    private IndependentCount? _count;

    /// <summary>Runs it to its end.</summary>
    public async Task<DemoOutcome> RunAsync(CancellationToken stop)
    {
        display.Tell("starting a broker, a private PostgreSQL, and an Orthanc that receives DICOM files");
        var orthanc = OrthancAsync(stop);
        await using var stack = await DemoStack.StartAsync(plan.Folder, stop);
        stack.Runner.Start();
        display.Tell($"the runner's page is at {stack.PageAddress} (log in as demo with {stack.PagePassword})");
        var records = Input(await orthanc);
        _sentAll = records.Count;
        var counting = Task.Run(() => _count = new IndependentCount(stack.Options, records), stop);

        var replay = new Replay(stack.Broker.BootstrapServers, stack.Options.RawTopic);
        display.Tell($"sending {records.Count:N0} records into {stack.Options.RawTopic}");
        var began = Stopwatch.GetTimestamp();
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var watch = WatchAsync(stack, replay, watching.Token);
        var sending = Task.Run(() => replay.RunAsync(records, plan.PerSecond, stop), stop);

        await KillOnceAsync(stack, replay, sending, stop);
        await sending;
        using var processes = new ClinicProcesses(Path.Combine(plan.Folder, "clinic"), stack.Broker.BootstrapServers, stack.Postgres.ConnectionString);
        await counting;
        display.Tell("all sent; waiting for the last rows");
        var (comparison, elapsed) = await SettleAsync(stack, began, stop);
        await watching.CancelAsync();
        await watch;
        await stack.Runner.StopAsync();
        display.Tell("every count is right; now HL7 messages: range statistics and reservations");
        var clinic = await new ClinicAct(stack, processes, environment, display).RunAsync(stop);
        return Outcome(stack, replay, comparison, elapsed, clinic, stop);
    }

    /// <summary>Kills the runner with signal 9 when half of the records are sent, and starts it again a moment later.</summary>
    private async Task KillOnceAsync(DemoStack stack, Replay replay, Task sending, CancellationToken stop)
    {
        while (replay.Acknowledged < _sentAll / 2 && !sending.IsCompleted)
        {
            stack.Runner.ThrowIfGone();
            await Task.Delay(Look / 4, stop);
        }

        stack.Runner.Kill();
        display.Tell("killed the runner (signal 9) in the middle of its work");
        await Task.Delay(Look * 4, stop);
        stack.Runner.Start();
        display.Tell("started the runner again");
    }

    private async Task WatchAsync(DemoStack stack, Replay replay, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                var counted = await IndependentCount.CountedAsync(stack.Postgres.ConnectionString, stop);
                display.Show(new DemoStatus(
                    _sentAll, replay.Acknowledged, counted, stack.Runner.IsRunning ? "running" : "killed"));
                await Task.Delay(Look, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The demo is over.
        }
    }

    /// <summary>Compares again and again until all is right, or nothing has moved for a while.</summary>
    private async Task<(IncrementComparison Comparison, TimeSpan Elapsed)> SettleAsync(
        DemoStack stack, long began, CancellationToken stop)
    {
        var moved = Stopwatch.GetTimestamp();
        (long Counted, int Different) last = default;
        while (true)
        {
            stack.Runner.ThrowIfGone();
            var comparison = await TryCompareAsync(stack, stop);
            var elapsed = Stopwatch.GetElapsedTime(began);
            var now = (comparison?.Counted ?? 0, comparison?.Differences.Count ?? 0);
            if (now != last)
                (last, moved) = (now, Stopwatch.GetTimestamp());
            if (comparison is { Holds: true })
                return (comparison, elapsed);
            if (Stopwatch.GetElapsedTime(moved) > StallLimit)
                return (comparison ?? throw CliException.Failed("the runner wrote nothing"), elapsed);
            await Task.Delay(Look, stop);
        }
    }

    private async Task<IncrementComparison?> TryCompareAsync(DemoStack stack, CancellationToken stop)
    {
        try
        {
            return await _count!.CompareAsync(stack.Postgres.ConnectionString, stop);
        }
        catch (StreamsException)
        {
            return null; // no table yet
        }
    }

    private DemoOutcome Outcome(
        DemoStack stack, Replay replay, IncrementComparison comparison, TimeSpan elapsed, ClinicOutcome clinic, CancellationToken stop)
    {
        foreach (var difference in comparison.Differences.Take(ShownDifferences))
            display.Tell($"expected {difference.Expected}, found {difference.Actual}");
        var letters = CommittedRecords.Read(stack.Broker.BootstrapServers, stack.Options.DeadLetterTopic, stop);
        var (missing, extra) = _count!.CompareDeadLetters(letters);
        return new DemoOutcome
        {
            RecordsIn = replay.Acknowledged,
            RecordsCounted = comparison.Counted + comparison.Late,
            DeadLettered = letters.Count,
            Lost = comparison.Lost + missing,
            Doubled = comparison.Doubled + extra,
            DifferentRows = comparison.Differences.Count,
            Rows = _count!.Rows,
            Restarts = stack.Runner.Restarts,
            Seconds = elapsed.TotalSeconds,
            Clinic = clinic,
        };
    }

    /// <summary>Real records first, among the first of the made-up ones.</summary>
    private List<DemoRecord> Input(IReadOnlyList<DemoRecord> orthanc)
    {
        List<DemoRecord> real = [.. orthanc];
        if (RealLogs.FindFolder(environment.Variables) is { } folder)
            real.AddRange(RealLogs.Read(folder));
        display.Tell(real.Count > 0
            ? $"{real.Count:N0} records that real programs wrote, {plan.Records:N0} of a made-up hospital"
            : $"{plan.Records:N0} records of a made-up hospital");
        List<DemoRecord> all = new((int)(real.Count + plan.Records));
        var next = 0;
        foreach (var made in new HospitalTraffic(plan.Seed).Records(plan.Records))
        {
            all.Add(made);
            if (next < real.Count)
                all.Add(real[next++]);
        }

        all.AddRange(real[next..]);
        return all;
    }

    private async Task<IReadOnlyList<DemoRecord>> OrthancAsync(CancellationToken stop)
    {
        if (PrivateOrthanc.FindProgram() is null || !DicomSamples.IsAvailable)
        {
            display.Tell("Orthanc or DCMTK is not installed (apt-get install orthanc dcmtk): going on without its log");
            return [];
        }

        return await RealLogs.FromOrthancAsync(environment.Clock, stop);
    }
}
