using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MedStreams.Local;
using MedStreams.Support.Volume;

namespace MedStreams.EndToEnd.Tests.Migration;

/// <summary>
/// A migration of which everything is killed again and again: the runners, the broker, the migration database, the old PACS and the new one. In the end the new one holds what the
/// old one holds, each object once and to the byte, and nobody ever saw half a study. <c>MEDSTREAMS_CHAOS_FAULTS</c> says how often (old and new PACS and two of the others by default; 120 in
/// the long form, of 5,000 instances), <c>MEDSTREAMS_CHAOS_SEED</c> whom.
/// </summary>
public sealed class MigrationKillTests
{
    private const int UsualSeed = 20311108;
    private const int ShortForm = 4;
    private const int InstancesPerKill = 84;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task S3_whatever_is_killed_the_new_PACS_ends_with_what_the_old_one_has_and_no_half_study_is_ever_seen(bool isByDicom)
    {
        var faults = Setting("MEDSTREAMS_CHAOS_FAULTS") ?? ShortForm;
        var began = Stopwatch.GetTimestamp();
        await using var stack = await KillableStack.StartAsync(new VolumeOptions { Instances = faults * InstancesPerKill, FilmBytes = 200_000 }, isByDicom, Stop);
        using var watched = new CancellationTokenSource();
        var watching = stack.Target.WatchAsync(watched.Token);
        stack.StartRunners();
        var killed = await KillAllAsync(stack, faults);

        var over = await Waiting.UntilAsync(
            () =>
            {
                stack.StartRunners();
                return stack.AreRunnersDone;
            },
            TimeSpan.FromMinutes(3),
            Stop);
        await watched.CancelAsync();
        await watching;
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{faults} kills ({string.Join(", ", killed.GroupBy(k => k).OrderBy(g => g.Key).Select(g => $"{g.Key} {g.Count()}"))}), {stack.Volume.Studies.Count} studies of "
            + $"{stack.Volume.Instances.Count()} objects, {Stopwatch.GetElapsedTime(began).TotalSeconds:F0} s; {stack.Target.Seen}");
        Assert.True(over, stack.Logs());
        Assert.Empty(stack.Target.Half);

        var report = await stack.MigrateAsync(["report", "--format", "json"], Stop);
        Assert.True(report.Code == 0, report.Output + report.Error);
        var difference = await stack.MigrateAsync(["diff", "--level", "digests", "--format", "json"], Stop);
        Assert.True(difference.Code == 0, difference.Output + difference.Error);
        var summary = JsonDocument.Parse(difference.Output).RootElement.GetProperty("summary");
        Assert.Equal(stack.Volume.Studies.Count, summary.GetProperty("equal").GetInt32());
        Assert.Equal(stack.Volume.Instances.Count(), summary.GetProperty("objects").GetInt32());
        await stack.Target.AssertHoldsAsync(stack.Volume, Stop);
    }

    /// <summary>Kills someone each time the migration has come a piece further: everyone once, then whom chance chooses.</summary>
    private static async Task<List<string>> KillAllAsync(KillableStack stack, int faults)
    {
        var (random, killed, all) = (new Random(Setting("MEDSTREAMS_CHAOS_SEED") ?? UsualSeed), new List<string>(), stack.Volume.Instances.LongCount());
        for (var fault = 0; fault < faults; fault++)
        {
            var (goal, there) = (all * (fault + 1) / (faults + 2), 0L);
            var moves = await Waiting.UntilAsync(
                async () =>
                {
                    stack.StartRunners();
                    return (there = await stack.Target.ObjectsAsync() ?? 0) >= goal;
                },
                TimeSpan.FromMinutes(2),
                Stop);
            Assert.True(moves, $"{there} objects after {string.Join(", ", killed)}\n{stack.Logs()}");
            Assert.True(there < all, $"all was moved after {fault} kills");
            killed.Add(stack.Victims[fault < stack.Victims.Count ? fault : random.Next(stack.Victims.Count)]);
            await stack.KillAsync(killed[^1], random, Stop);
        }

        return killed;
    }

    private static int? Setting(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
