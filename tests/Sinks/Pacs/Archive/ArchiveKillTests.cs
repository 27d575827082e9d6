using System.Globalization;
using MedStreams.Dicom.Pacs;
using MedStreams.Local;
using MedStreams.Sinks.Pacs.Archive;
using MedStreams.Support;

namespace MedStreams.Sinks.Tests.Pacs.Archive;

/// <summary>A process that stores and is killed with signal 9, again and again.</summary>
public sealed class ArchiveKillTests(PostgresFixture postgres)
{
    private const int Studies = 16;
    private const string Variable = "MEDSTREAMS_TEST_ARCHIVE";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task S3_11_A_process_killed_at_any_time_leaves_no_study_or_the_whole_and_the_next_goes_on()
    {
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        await using var archive = fixture.Open();
        var random = new Random(4711);
        var kills = 0;
        for (var isDone = false; !isDone;)
        {
            var before = await CountAsync(fixture);
            using var child = GuardedProcess.Start(new GuardedProcessStart(
                Environment.ProcessPath!, ["-noLogo", "-noColor", "-explicit", "only", "-method", $"{typeof(ArchiveKillTests).FullName}.{nameof(The_process_that_is_killed)}"])
            {
                Environment = new Dictionary<string, string?>(StringComparer.Ordinal) { [Variable] = $"{fixture.Folder}|{fixture.Database.ConnectionString}" },
                LogFile = Path.Combine(Path.GetDirectoryName(fixture.Folder)!, "child.log"),
            });
            var until = before + random.Next(1, 3);
            await Eventually.Holds(async () => child.HasExited || await CountAsync(fixture) >= until, TimeSpan.FromSeconds(90));
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(40)), Stop); // an arbitrary moment, not a wait
            if (!child.HasExited)
            {
                _ = GuardedProcess.Send(child.Id, Signal.Kill);
                kills++;
            }

            await Eventually.Holds(() => child.HasExited);
            foreach (var study in Enumerable.Range(0, Studies).Select(Study))
            {
                if (await archive.InspectAsync(study.Uid, VerificationLevel.Record, Stop) is not null)
                    await StudyArchiveTests.IsWholeAsync(archive, study);
            }

            isDone = await CountAsync(fixture) == Studies;
            Assert.True(isDone || child.ExitCode != 0, $"the child has ended with {child.ExitCode} and not done all; its log: {await ReadAsync(fixture)}");
        }

        Assert.True(kills >= 2, $"{kills} kills");
        var swept = await new ArchiveSweep(archive, new ArchiveSweepOptions { Execute = true, AbandonedAfter = TimeSpan.Zero, UnfinishedAfter = TimeSpan.Zero }).RunAsync(Stop);
        Assert.Empty(fixture.Unfinished());
        Assert.Equal(Studies * 4, fixture.ObjectFiles().Count);
        Assert.True(swept.Files == 0, "files were left that no study needs, though each attempt went on where it was");
        foreach (var study in Enumerable.Range(0, Studies).Select(Study))
            await StudyArchiveTests.IsWholeAsync(archive, study);
    }

    [Fact(Explicit = true)]
    public async Task The_process_that_is_killed()
    {
        var parts = (Environment.GetEnvironmentVariable(Variable) ?? throw new InvalidOperationException("for the test above only")).Split('|');
        await using var archive = new StudyArchive(new ArchiveOptions { Folder = parts[0], ConnectionString = parts[1] });
        var spool = new Spool(Path.Combine(Path.GetDirectoryName(parts[0])!, "spool-of-child"));
        foreach (var study in Enumerable.Range(0, Studies).Select(Study))
        {
            if (await archive.InspectAsync(study.Uid, VerificationLevel.Record, Stop) is not null)
                continue;
            await using var upload = await archive.BeginAsync(study.Collection, 1, Stop);
            await Parallel.ForEachAsync(study.Objects, Stop, async (made, stop) =>
            {
                var content = await spool.CreateAsync(stop);
                await using (var to = content.OpenWrite())
                    await to.WriteAsync(made.Bytes, stop);
                await using var fetched = new FetchedObject(made.Object, content, made.Digest) { Syntax = made.Syntax };
                await upload.StoreAsync(fetched, stop);
            });
            await upload.CommitAsync(Stop);
        }
    }

    /// <summary>The same study in every process.</summary>
    private static MadeStudy Study(int number)
    {
        var uid = string.Create(CultureInfo.InvariantCulture, $"1.2.826.0.1.3680043.10.1430.{number}");
        var exam = new ExamRecord { StudyInstanceUid = uid, PatientId = $"K{number}", StudyDate = new DateOnly(2026, 1, 1).AddDays(number) };
        return new MadeStudy(exam,
        [
            .. Enumerable.Range(0, 3).Select(i => ArchiveFixture.Instance(uid, uid + ".1", $"{uid}.1.{i}", i, pixels: 20_000)),
            ArchiveFixture.Document("report.pdf", 3_000, seed: number),
        ]);
    }

    private static async Task<long> CountAsync(ArchiveFixture fixture) =>
        await fixture.Database.ScalarAsync<long>("SELECT count(*) FROM pg_tables WHERE schemaname = 'medstreams' AND tablename = 'archive_study'") == 0 ? 0
            : await fixture.Database.ScalarAsync<long>("SELECT count(*) FROM medstreams.archive_study");

    private static async Task<string> ReadAsync(ArchiveFixture fixture) =>
        await File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(fixture.Folder)!, "child.log"), Stop);
}
