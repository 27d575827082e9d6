using MedStreams.Dicom.Pacs;
using MedStreams.Sinks.Pacs.Archive;

namespace MedStreams.Sinks.Tests.Pacs.Archive;

public sealed class ArchiveSweepTests(PostgresFixture postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_roll_back_leaves_is_counted_then_taken_away_and_what_is_referred_to_stays()
    {
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        await using var archive = fixture.Open();
        var kept = ArchiveFixture.Study();
        var open = ArchiveFixture.Study();
        var rolledBack = ArchiveFixture.Study();
        await fixture.PutAsync(archive, kept);
        await using var upload = await archive.BeginAsync(open.Collection, 1, Stop);
        await fixture.StoreAsync(upload, open.Objects[0]);
        await using (var gone = await archive.BeginAsync(rolledBack.Collection, 1, Stop))
        {
            foreach (var made in rolledBack.Objects)
                await fixture.StoreAsync(gone, made);
            await gone.RollBackAsync(Stop);
        }

        var stray = Path.Combine(fixture.Folder, "objects", "ab", "cd", "abcd" + new string('0', 60) + ".raw");
        Directory.CreateDirectory(Path.GetDirectoryName(stray)!);
        await File.WriteAllTextAsync(stray, "12345", Stop);
        var foreign = Path.Combine(fixture.Folder, "objects", "ab", "cd", "README");
        await File.WriteAllTextAsync(foreign, "not ours", Stop);

        var plan = await new ArchiveSweep(archive, new ArchiveSweepOptions()).RunAsync(Stop);
        // Of the rolled back study the document is the same as the others'.
        Assert.Equal(new ArchiveSwept(0, 0, 4, rolledBack.Objects.Take(3).Sum(o => o.Bytes.Length) + 5), plan);
        Assert.True(File.Exists(stray));
        Assert.Equal(plan, await new ArchiveSweep(archive, new ArchiveSweepOptions { Execute = true }).RunAsync(Stop));
        Assert.Equal(new ArchiveSwept(0, 0, 0, 0), await new ArchiveSweep(archive, new ArchiveSweepOptions { Execute = true }).RunAsync(Stop));
        Assert.False(File.Exists(stray));
        Assert.True(File.Exists(foreign));
        await StudyArchiveTests.IsWholeAsync(archive, kept);
        foreach (var made in open.Objects.Skip(1))
            await fixture.StoreAsync(upload, made);
        await upload.CommitAsync(Stop);
        await StudyArchiveTests.IsWholeAsync(archive, open);
    }

    [Fact]
    public async Task Uploads_that_nobody_goes_on_with_are_given_up_after_their_time()
    {
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        await using var archive = fixture.Open();
        var study = ArchiveFixture.Study();
        await using var upload = await archive.BeginAsync(study.Collection, 9, Stop);
        await fixture.StoreAsync(upload, study.Objects[0]);
        Assert.Equal(0, (await new ArchiveSweep(archive, new ArchiveSweepOptions { Execute = true }).RunAsync(Stop)).Uploads);
        await fixture.Database.ExecuteAsync(
            "UPDATE medstreams.archive_upload SET touched_at = now() - interval '8 days'; UPDATE medstreams.archive_staged SET staged_at = now() - interval '8 days'");
        Assert.Equal(new ArchiveSwept(1, 0, 1, study.Objects[0].Bytes.Length), await new ArchiveSweep(archive, new ArchiveSweepOptions { Execute = true }).RunAsync(Stop));
        Assert.Equal(PacsFailure.Fenced, (await Assert.ThrowsAsync<PacsException>(() => fixture.StoreAsync(upload, study.Objects[1]))).Failure);
        await fixture.PutAsync(archive, study, attempt: 1); // a new run counts from 1 again
        await StudyArchiveTests.IsWholeAsync(archive, study);
    }

    [Fact]
    public async Task An_unfinished_file_stays_while_somebody_holds_it_or_it_is_young()
    {
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        await using var archive = fixture.Open();
        await fixture.PutAsync(archive, ArchiveFixture.Study());
        var folder = Path.Combine(fixture.Folder, "tmp");
        var (held, left, young) = (Path.Combine(folder, "held.tmp"), Path.Combine(folder, "left.tmp"), Path.Combine(folder, "young.tmp"));
        await using var holder = new PhysicalArchiveFiles().Create(held);
        await File.WriteAllTextAsync(left, "x", Stop);
        await File.WriteAllTextAsync(young, "x", Stop);
        foreach (var old in new[] { held, left })
            File.SetLastWriteTimeUtc(old, TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-2));
        Assert.Equal(1, (await new ArchiveSweep(archive, new ArchiveSweepOptions { Execute = true }).RunAsync(Stop)).Unfinished);
        Assert.Equal([held, young], fixture.Unfinished().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_sweep_in_the_middle_of_stores_roll_backs_and_commits_never_takes_what_is_needed()
    {
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        await using var archive = fixture.Open();
        await using var sweeping = fixture.Open();
        await fixture.PutAsync(archive, ArchiveFixture.Study());
        // The same few contents again and again, so that what is swept is wanted at the same time.
        var documents = Enumerable.Range(0, 4).Select(i => ArchiveFixture.Document($"report-{i}.pdf", 1_000, seed: i)).ToList();
        var studies = new System.Collections.Concurrent.ConcurrentBag<MadeStudy>();
        using var done = new CancellationTokenSource();
        var sweeps = Task.Run(
            async () =>
            {
                var count = 0;
                while (!done.IsCancellationRequested)
                {
                    await new ArchiveSweep(sweeping, new ArchiveSweepOptions { Execute = true }).RunAsync(Stop);
                    count++;
                }

                return count;
            },
            Stop);
        await Parallel.ForEachAsync(Enumerable.Range(0, 40), new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Stop }, async (i, _) =>
        {
            var study = ArchiveFixture.Study(instances: 0, documents: 0);
            study = study with { Objects = documents };
            await using var upload = await archive.BeginAsync(study.Collection, 1, Stop);
            foreach (var made in study.Objects)
                await fixture.StoreAsync(upload, made);
            if (i % 8 != 7)
            {
                await upload.RollBackAsync(Stop);
                return;
            }

            await upload.CommitAsync(Stop);
            studies.Add(study);
        });
        await done.CancelAsync();
        Assert.True(await sweeps > 0);
        Assert.Equal(5, studies.Count);
        foreach (var study in studies)
            await StudyArchiveTests.IsWholeAsync(archive, study);
    }
}
