using System.Globalization;
using System.Text.Json;
using MedStreams.Local;
using MedStreams.Support.Volume;
using Npgsql;

namespace MedStreams.EndToEnd.Tests.Migration;

/// <summary>
/// A migration of which everything is killed again and again: both runners, the broker, the migration database, the old PACS and the new one. In the end the new one holds what
/// the old one holds, each object once and to the byte, and nobody ever saw half a study. <c>MEDSTREAMS_CHAOS_FAULTS</c> says how often; by default a few times.
/// </summary>
public sealed class MigrationKillTests
{
    private const int Victims = 6;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task S3_whatever_is_killed_the_new_PACS_ends_with_what_the_old_one_has_and_no_half_study_is_ever_seen()
    {
        var faults = int.TryParse(Environment.GetEnvironmentVariable("MEDSTREAMS_CHAOS_FAULTS"), NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) ? wanted : 9;
        await using var stack = await KillableStack.StartAsync(new VolumeOptions { Instances = Math.Max(300, faults * 25), FilmBytes = 200_000 }, Stop);
        var observer = new StudyObserver(stack.Database, stack.Volume.Studies.ToDictionary(s => s.Exam.StudyInstanceUid, s => s.Instances.Count));
        using var watched = new CancellationTokenSource();
        var watching = observer.RunAsync(watched.Token);
        stack.StartRunners();
        var killed = await KillAllAsync(stack, observer, faults);

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
            $"{faults} kills ({string.Join(", ", killed.GroupBy(k => k).OrderBy(g => g.Key).Select(g => $"{g.Key} {g.Count()}"))}), {stack.Volume.Instances.Count()} objects, "
            + $"{observer.Looks} looks, {observer.LooksBetween} of them between");
        Assert.True(over, stack.Logs());
        Assert.Empty(observer.Half);
        Assert.True(observer.LooksBetween > faults, $"{observer.LooksBetween}");

        var report = await stack.MigrateAsync(["report", "--format", "json"], Stop);
        Assert.True(report.Code == 0, report.Output + report.Error);
        var difference = await stack.MigrateAsync(["diff", "--level", "digests", "--format", "json"], Stop);
        Assert.True(difference.Code == 0, difference.Output + difference.Error);
        var summary = JsonDocument.Parse(difference.Output).RootElement.GetProperty("summary");
        Assert.Equal(stack.Volume.Studies.Count, summary.GetProperty("equal").GetInt32());
        Assert.Equal(stack.Volume.Instances.Count(), summary.GetProperty("objects").GetInt32());
        await AssertEachOnceAsync(stack);
    }

    /// <summary>Kills someone each time the migration has come a piece further.</summary>
    private static async Task<List<string>> KillAllAsync(KillableStack stack, StudyObserver observer, int faults)
    {
        var (random, killed) = (new Random(20311108), new List<string>());
        for (var fault = 0; fault < faults; fault++)
        {
            var (goal, there) = (stack.Volume.Studies.Count * fault / (faults + 2), 0);
            var moves = await Waiting.UntilAsync(
                async () =>
                {
                    stack.StartRunners();
                    return (there = (await observer.StudiesAsync())?.Count ?? 0) >= goal;
                },
                TimeSpan.FromMinutes(2),
                Stop);
            Assert.True(moves, $"{there} studies after {string.Join(", ", killed)}\n{stack.Logs()}");
            Assert.True(there < stack.Volume.Studies.Count, $"all was moved after {fault} kills");
            killed.Add(await stack.KillAsync(fault < Victims ? fault : random.Next(Victims), random, Stop));
        }

        return killed;
    }

    /// <summary>What the archive's index says against what was generated, whatever the program thinks of it.</summary>
    private static async Task AssertEachOnceAsync(KillableStack stack)
    {
        await using var connection = new NpgsqlConnection(stack.Database.ConnectionString);
        await connection.OpenAsync(Stop);
        await using var command = new NpgsqlCommand(
            """
            SELECT target_id, encode(sha256, 'hex'), bytes, version, is_current, (SELECT count(*) FROM medstreams.archive_conflict) FROM medstreams.archive_object
            """,
            connection);
        await using var reader = await command.ExecuteReaderAsync(Stop);
        var held = new List<(string Id, string Sha256, long Bytes)>();
        while (await reader.ReadAsync(Stop))
        {
            held.Add((reader.GetString(0), reader.GetString(1), reader.GetInt64(2)));
            Assert.Equal((1, true, 0L), (reader.GetInt32(3), reader.GetBoolean(4), reader.GetInt64(5)));
        }

        var expected = stack.Volume.Instances.Select(i => (i.Uid, i.Digest().Sha256, i.Digest().Bytes));
        Assert.Equal(expected.OrderBy(e => e.Uid, StringComparer.Ordinal), held.OrderBy(h => h.Id, StringComparer.Ordinal));
    }
}
