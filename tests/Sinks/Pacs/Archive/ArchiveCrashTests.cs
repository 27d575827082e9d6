using MedStreams.Dicom.Pacs;
using MedStreams.Local;
using MedStreams.Sinks.Pacs.Archive;

namespace MedStreams.Sinks.Tests.Pacs.Archive;

/// <summary>Whatever fails, and whenever: a study is there whole or not at all, and the rest can be swept.</summary>
public sealed class ArchiveCrashTests(PostgresFixture postgres)
{
    private static readonly ArchiveSweepOptions SweepAll = new() { Execute = true, AbandonedAfter = TimeSpan.Zero, UnfinishedAfter = TimeSpan.Zero };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task S3_11_A_crash_at_every_step_on_the_disk_leaves_no_study_or_the_whole(bool isPowerCut)
    {
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        for (var step = 1; ; step++)
        {
            var files = new FaultyArchiveFiles { FailFrom = step };
            var study = ArchiveFixture.Study(instances: 2, documents: 1);
            var isDone = false;
            await using (var broken = fixture.Open(options => options with { Compression = ArchiveCompression.ZLib }, files))
            {
                try
                {
                    await fixture.PutAsync(broken, study);
                    isDone = true;
                }
                catch (PacsException e)
                {
                    Assert.Equal(PacsFailure.Unavailable, e.Failure);
                }
            }

            if (isPowerCut)
                files.NotDurable.ForEach(File.Delete);
            await using var archive = fixture.Open(options => options with { Compression = ArchiveCompression.ZLib });
            if (isDone)
            {
                await StudyArchiveTests.IsWholeAsync(archive, study);
                Assert.True(step > 15, "the test did not meet the steps");
                return;
            }

            Assert.Null(await archive.InspectAsync(study.Uid, VerificationLevel.Record, Stop));
            await fixture.PutAsync(archive, study); // the same attempt goes on
            await StudyArchiveTests.IsWholeAsync(archive, study);
            await new ArchiveSweep(archive, SweepAll).RunAsync(Stop);
            await StudyArchiveTests.IsWholeAsync(archive, study);
            Assert.Empty(fixture.Unfinished());
        }
    }

    [Fact]
    public async Task S3_11_A_full_disk_is_told_so_and_the_roll_back_leaves_nothing()
    {
        const int NoSpace = 28;
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        var files = new FaultyArchiveFiles { Error = () => new IOException("No space left on device", NoSpace) };
        await using var archive = fixture.Open(options => options with { Keys = new ArchiveKeyRing([new ArchiveKey("k", new byte[32])], "k") }, files);
        var study = ArchiveFixture.Study(instances: 3, documents: 0, pixels: 400_000);
        await using var upload = await archive.BeginAsync(study.Collection, 1, Stop);
        await fixture.StoreAsync(upload, study.Objects[0]);
        files.FailFrom = files.Steps + 4;
        var error = await Assert.ThrowsAsync<PacsException>(() => fixture.StoreAsync(upload, study.Objects[1]));
        Assert.Equal((PacsFailure.Unavailable, "The archive's disk is full: make room, then the study is tried again."), (error.Failure, error.Message));
        await upload.RollBackAsync(Stop);
        files.Mend();
        await new ArchiveSweep(archive, SweepAll).RunAsync(Stop);
        Assert.Empty(fixture.ObjectFiles());
        Assert.Empty(fixture.Unfinished());
        await fixture.PutAsync(archive, study, attempt: 2);
        await StudyArchiveTests.IsWholeAsync(archive, study);
    }

    [Fact]
    public async Task S3_11_PostgreSQL_away_is_unavailable_and_killed_at_any_time_leaves_no_study_or_the_whole()
    {
        await using var server = await PrivatePostgres.StartAsync(cancellationToken: Stop);
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        await using var archive = fixture.Open(options => options with { ConnectionString = server.ConnectionString });
        var random = new Random(20261121);
        await fixture.PutAsync(archive, ArchiveFixture.Study()); // with its migrations
        for (var round = 0; round < 8; round++)
        {
            var study = ArchiveFixture.Study(instances: 12);
            var killing = Task.Run(
                async () =>
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(random.Next(120)), Stop); // an arbitrary moment, not a wait
                    await server.KillAsync();
                },
                Stop);
            var isDone = await TryAsync(() => fixture.PutAsync(archive, study));
            await killing;
            Assert.Equal(PacsFailure.Unavailable, (await Assert.ThrowsAsync<PacsException>(() => archive.InspectAsync(study.Uid, VerificationLevel.Record, Stop).AsTask())).Failure);
            await server.StartAgainAsync(Stop);
            var held = await archive.InspectAsync(study.Uid, VerificationLevel.Objects, Stop);
            if (held is not null)
                await StudyArchiveTests.IsWholeAsync(archive, study);
            Assert.False(isDone && held is null, "a committed study is lost");
            await fixture.PutAsync(archive, study);
            await StudyArchiveTests.IsWholeAsync(archive, study);
        }

        var swept = await new ArchiveSweep(archive, SweepAll).RunAsync(Stop);
        Assert.Equal(0, swept.Uploads);
        Assert.Equal(0L, await new TestDatabase(server.ConnectionString).ScalarAsync<long>("SELECT count(*) FROM medstreams.archive_staged"));
    }

    private static async Task<bool> TryAsync(Func<Task> work)
    {
        try
        {
            await work();
            return true;
        }
        catch (PacsException e)
        {
            Assert.Equal(PacsFailure.Unavailable, e.Failure);
            return false;
        }
    }
}
