using MedStreams.Sinks.Migration;
using MedStreams.Streams;

namespace MedStreams.Sinks.Tests.Migration;

/// <summary>Feeders and events at random against a model that is a dictionary and the table of states.</summary>
public sealed class ModelTests(PostgresFixture postgres)
{
    private const int Studies = 6;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task S3_3_States_follow_the_table_whatever_comes_in_whichever_order(int seed)
    {
        var random = new Random(seed);
        await using var scene = await Scene.OpenAsync(postgres);
        var run = await scene.PendingAsync([.. Enumerable.Range(0, Studies).Select(n => Scene.Exam($"1.{n}"))]);
        var model = Enumerable.Range(0, Studies).ToDictionary(n => $"1.{n}", _ => new Modelled(), StringComparer.Ordinal);
        var tasks = 0L;
        var offset = 0L;
        for (var round = 0; round < 60; round++)
        {
            switch (random.Next(8))
            {
                case 0:
                    await scene.StartAsync();
                    foreach (var study in model.Values.Where(s => s.State == "failed"))
                        study.State = "pending";
                    break;
                case 1 or 2:
                    await scene.Feeder(new TaskFeederOptions { Batch = 2 }).FeedAsync(run.Id, Stop);
                    foreach (var (_, study) in model.Where(s => s.Value.State == "pending").OrderBy(s => s.Key, StringComparer.Ordinal).Take(2))
                        (study.State, study.Task) = ("running", ++tasks);
                    break;
                default:
                    List<(string Study, StudyChange Change)> changes = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => Random(random, model))];
                    foreach (var (study, change) in changes)
                        model[study].Apply(change);
                    await ApplyAsync(scene, changes, offset);
                    offset += changes.Count;
                    break;
            }

            Assert.Equal(
                model.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => $"{s.Key} {s.Value.State} {s.Value.Attempt} {s.Value.Task} {s.Value.Moved}"),
                await scene.Raw.RowsAsync("SELECT study_uid, state, attempt, coalesce(task, 0), moved_objects FROM pacs_migration.record ORDER BY study_uid"));
        }

        Assert.Equal(tasks, await scene.Raw.ScalarAsync<long>("SELECT count(*) FROM pacs_migration.outbox"));
    }

    private static (string Study, StudyChange Change) Random(Random random, Dictionary<string, Modelled> model)
    {
        var study = $"1.{random.Next(Studies)}";
        var known = model[study];
        var expected = new StudyAmount(4);
        return (study, new StudyChange(
            (StudyChangeKind)random.Next(9), "move", Math.Max(0, known.Task - random.Next(5) / 3), Math.Max(0, known.Attempt + random.Next(-1, 3)), DateTimeOffset.UnixEpoch)
        {
            Expected = random.Next(3) == 0 ? null : expected,
            Moved = new StudyAmount(random.Next(5)),
        });
    }

    private static async Task ApplyAsync(Scene scene, List<(string Study, StudyChange Change)> changes, long offset)
    {
        await using var writer = await new MigrationSink(scene.Database).ClaimAsync(new SinkPartition("app", "db", "events", 0), Stop);
        var next = Math.Max(0, offset - 2); // some come again
        Assert.Equal(offset, writer.NextOffset ?? 0);
        for (var at = next; at < offset; at++)
            writer.Write(new Record<string, MigrationChange>("1.0", new StudyChange(StudyChangeKind.Failed, "move", 1, 9, DateTimeOffset.UnixEpoch), 0), new RecordMetadata("events", 0, at));
        foreach (var (study, change) in changes)
            writer.Write(new Record<string, MigrationChange>(study, change, 0), new RecordMetadata("events", 0, offset++));
        await writer.CommitAsync(offset, static (refused, _) => throw new InvalidOperationException($"{refused.Count} refused"), Stop);
    }

    private sealed class Modelled
    {
        public string State { get; set; } = "pending";

        public int Attempt { get; private set; }

        public long Task { get; set; }

        public long Moved { get; private set; }

        public void Apply(StudyChange change)
        {
            if (State != "running" || change.Task != Task || (change.Attempt != 0 && change.Attempt < Attempt))
                return;
            Attempt = Math.Max(Attempt, change.Attempt);
            Moved = change.Moved.Objects;
            State = change.Kind switch
            {
                StudyChangeKind.Migrated => change.Expected?.Objects == change.Moved.Objects ? "migrated" : "failed",
                StudyChangeKind.Skipped => "migrated",
                StudyChangeKind.Failed => "failed",
                StudyChangeKind.Returned => "pending",
                _ => "running",
            };
        }
    }
}
