using System.Globalization;
using MedStreams.Cli.Demo;
using MedStreams.Cli.Demo.Traffic;
using MedStreams.Local;
using MedStreams.Streams;
using MedStreams.Support;
using MedStreams.Topologies.Increments;

namespace MedStreams.EndToEnd.Tests;

/// <summary>
/// The whole job under load while its processes are killed with signal 9 at random points. The seed is fixed unless
/// <c>MEDSTREAMS_CHAOS_SEED</c> names another; a failure tells it, and keeps the folder with all logs and state.
/// </summary>
public sealed class ChaosTests
{
    private const int Kills = 24;
    private const int MadeUpRecords = 40_000;
    private const double PerSecond = 600;

    private static readonly TimeSpan ProgressLimit = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_count_is_right_after_broker_runner_and_database_were_killed_two_dozen_times()
    {
        NamedBroker.SkipIfAny("kills its broker");
        var seed = int.TryParse(Environment.GetEnvironmentVariable("MEDSTREAMS_CHAOS_SEED"), CultureInfo.InvariantCulture, out var given)
            ? given
            : 20260105;
        var folder = Directory.CreateTempSubdirectory("medstreams-chaos-");
        var story = new List<string> { $"seed {seed}, folder {folder.FullName}" };
        await using (var stack = await DemoStack.StartAsync(folder.FullName, Stop))
        {
            List<DemoRecord> records = [.. RealRecords(), .. new HospitalTraffic(seed).Records(MadeUpRecords)];
            var count = new IndependentCount(stack.Options, records);
            var replay = new Replay(stack.Broker.BootstrapServers, stack.Options.RawTopic);
            stack.Runner.Start();
            var sending = Task.Run(() => replay.RunAsync(records, PerSecond, Stop), Stop);

            await KillAsync(stack, new Random(seed), story, () => replay.Acknowledged);
            await sending;
            Assert.Equal(records.Count, replay.Acknowledged);
            await AssertRightAsync(stack, count, story);
        }

        folder.Delete(recursive: true);
        foreach (var line in story)
            TestContext.Current.TestOutputHelper?.WriteLine(line);
    }

    /// <summary>Kills one after the other, each when the job has got on a random way since the one before.</summary>
    private static async Task KillAsync(DemoStack stack, Random random, List<string> story, Func<long> sent)
    {
        var (counted, withProgress) = (0L, 0);
        for (var kill = 1; kill <= Kills; kill++)
        {
            var (further, pause) = (random.Next(1, 1_200), random.Next(0, 600));
            var victim = (kill % 3) switch { 0 => "broker", 1 => "runner", _ => "database" };
            var now = counted;
            await Waiting.UntilAsync(
                async () => (now = Math.Max(now, await CountedAsync(stack))) >= counted + further, ProgressLimit, Stop);
            await Task.Delay(random.Next(0, 300), Stop);
            withProgress += now > counted ? 1 : 0;
            counted = now;
            stack.Runner.ThrowIfGone();
            story.Add($"kill {kill}: {victim} for {pause} ms at {sent()} records sent, {counted} counted");
            await (victim switch
            {
                "broker" => KillBrokerAsync(stack, pause),
                "runner" => KillRunnerAsync(stack, pause),
                _ => KillDatabaseAsync(stack, pause),
            });
        }

        Assert.True(withProgress >= Kills / 2, $"only {withProgress} kills hit a job that got on\n{string.Join('\n', story)}");
    }

    private static Task<long> CountedAsync(DemoStack stack) =>
        IndependentCount.CountedAsync(stack.Postgres.ConnectionString, Stop);

    private static async Task KillBrokerAsync(DemoStack stack, int pause)
    {
        stack.Broker.Kill();
        await Task.Delay(pause, Stop);
        await stack.Broker.StartAgainAsync(Stop);
    }

    private static async Task KillRunnerAsync(DemoStack stack, int pause)
    {
        stack.Runner.Kill();
        await Task.Delay(pause, Stop);
        stack.Runner.Start();
    }

    private static async Task KillDatabaseAsync(DemoStack stack, int pause)
    {
        await stack.Postgres.KillAsync();
        await Task.Delay(pause, Stop);
        await stack.Postgres.StartAgainAsync(Stop);
    }

    /// <summary>Waits until every row is right, then looks at the dead letters.</summary>
    private static async Task AssertRightAsync(DemoStack stack, IndependentCount count, List<string> story)
    {
        IncrementComparison? comparison = null;
        await Waiting.UntilAsync(
            async () =>
            {
                stack.Runner.ThrowIfGone();
                comparison = await TryCompareAsync(stack, count);
                return comparison is { Holds: true };
            },
            Patience,
            Stop);
        var told = string.Join('\n', story);
        Assert.True(
            comparison is { Holds: true },
            $"{told}\nlost {comparison?.Lost}, doubled {comparison?.Doubled}, of {comparison?.Differences.Count} different rows the first: "
            + string.Join('\n', comparison?.Differences.Take(5) ?? []));
        var letters = CommittedRecords.Read(stack.Broker.BootstrapServers, stack.Options.DeadLetterTopic, Stop);
        Assert.Equal((0L, 0L), count.CompareDeadLetters(letters));
        Assert.Equal(count.DeadLettered, letters.Count);
    }

    private static async Task<IncrementComparison?> TryCompareAsync(DemoStack stack, IndependentCount count)
    {
        try
        {
            return await count.CompareAsync(stack.Postgres.ConnectionString, Stop);
        }
        catch (StreamsException)
        {
            return null; // no table yet
        }
    }

    private static IEnumerable<DemoRecord> RealRecords() =>
        Directory.Exists(Repository.Data) ? RealLogs.Read(Repository.Data) : [];
}
