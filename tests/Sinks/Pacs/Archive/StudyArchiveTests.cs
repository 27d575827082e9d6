using MedStreams.Dicom.Pacs;
using MedStreams.Sinks.Pacs.Archive;

namespace MedStreams.Sinks.Tests.Pacs.Archive;

public sealed class StudyArchiveTests(PostgresFixture postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task S3_9_A_study_with_images_and_documents_is_visible_after_its_commit_and_not_before()
    {
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        await using var archive = fixture.Open();
        var study = ArchiveFixture.Study(instances: 5, documents: 2);
        await using var upload = await archive.BeginAsync(study.Collection, 1, Stop);
        foreach (var made in study.Objects)
        {
            var stored = await fixture.StoreAsync(upload, made);
            Assert.Equal((made.Object.Id, made.Object.Id, made.Digest, false), (stored.Id, stored.TargetId, stored.Expected, stored.WasThere));
            Assert.Null(await archive.InspectAsync(study.Uid, VerificationLevel.Record, Stop));
        }

        Assert.Equal(0L, await fixture.Database.ScalarAsync<long>("SELECT count(*) FROM medstreams.archive_object"));
        await upload.CommitAsync(Stop);
        await upload.CommitAsync(Stop);
        await IsWholeAsync(archive, study);
        Assert.Equal(
            ["5 2 2"],
            await fixture.Database.RowsAsync(
                "SELECT (SELECT count(*) FROM medstreams.archive_instance), (SELECT count(*) FROM medstreams.archive_document), (SELECT count(*) FROM medstreams.archive_series)"));
        Assert.Empty(fixture.Unfinished());
        Assert.Equal(7, fixture.ObjectFiles().Count);
        Assert.Equal(0L, await fixture.Database.ScalarAsync<long>("SELECT count(*) FROM medstreams.archive_upload"));
    }

    [Fact]
    public async Task S3_12_The_same_study_again_stores_nothing_twice()
    {
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        await using var archive = fixture.Open();
        var study = ArchiveFixture.Study();
        await fixture.PutAsync(archive, study);
        var files = fixture.ObjectFiles();
        var again = await fixture.PutAsync(archive, study, attempt: 1);
        Assert.All(again, stored => Assert.True(stored.WasThere));
        Assert.Equal(files, fixture.ObjectFiles());
        Assert.Equal(4L, await fixture.Database.ScalarAsync<long>("SELECT count(*) FROM medstreams.archive_object"));
        await IsWholeAsync(archive, study);
    }

    [Fact]
    public async Task S3_11_A_roll_back_leaves_nothing_visible_and_nothing_staged()
    {
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        await using var archive = fixture.Open();
        var study = ArchiveFixture.Study();
        await using (var upload = await archive.BeginAsync(study.Collection, 1, Stop))
        {
            await fixture.StoreAsync(upload, study.Objects[0]);
            await upload.RollBackAsync(Stop);
            await upload.RollBackAsync(Stop);
            Assert.Equal(PacsFailure.Fenced, (await Assert.ThrowsAsync<PacsException>(() => fixture.StoreAsync(upload, study.Objects[1]))).Failure);
            Assert.Equal(PacsFailure.Fenced, (await Assert.ThrowsAsync<PacsException>(() => upload.CommitAsync(Stop).AsTask())).Failure);
        }

        Assert.Null(await archive.InspectAsync(study.Uid, VerificationLevel.Record, Stop));
        Assert.Equal(0L, await fixture.Database.ScalarAsync<long>("SELECT count(*) FROM medstreams.archive_staged"));
        await fixture.PutAsync(archive, study, attempt: 2);
        await IsWholeAsync(archive, study);
    }

    [Fact]
    public async Task S3_10_A_study_that_is_not_whole_is_not_committed()
    {
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        await using var archive = fixture.Open();
        var study = ArchiveFixture.Study();
        await using var upload = await archive.BeginAsync(study.Collection, 1, Stop);
        foreach (var made in study.Objects.Skip(1))
            await fixture.StoreAsync(upload, made);
        var error = await Assert.ThrowsAsync<PacsException>(() => upload.CommitAsync(Stop).AsTask());
        Assert.Equal((PacsFailure.Refused, "1 of 4 objects were not stored."), (error.Failure, error.Message));
        Assert.Null(await archive.InspectAsync(study.Uid, VerificationLevel.Record, Stop));
        await fixture.StoreAsync(upload, study.Objects[0]);
        await upload.CommitAsync(Stop);
        await IsWholeAsync(archive, study);
    }

    [Fact]
    public async Task S3_11_A_later_attempt_fences_the_earlier_one()
    {
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        await using var archive = fixture.Open();
        await using var other = fixture.Open();
        var study = ArchiveFixture.Study();
        await using var first = await archive.BeginAsync(study.Collection, 1, Stop);
        foreach (var made in study.Objects)
            await fixture.StoreAsync(first, made);
        await using var second = await other.BeginAsync(study.Collection, 2, Stop);
        Assert.Equal(PacsFailure.Fenced, (await Assert.ThrowsAsync<PacsException>(() => fixture.StoreAsync(first, study.Objects[0]))).Failure);
        Assert.Equal(PacsFailure.Fenced, (await Assert.ThrowsAsync<PacsException>(() => first.CommitAsync(Stop).AsTask())).Failure);
        Assert.Equal(PacsFailure.Fenced, (await Assert.ThrowsAsync<PacsException>(() => archive.BeginAsync(study.Collection, 1, Stop).AsTask())).Failure);
        await first.RollBackAsync(Stop); // takes nothing back that is not its own
        foreach (var made in study.Objects)
            await fixture.StoreAsync(second, made);
        await second.CommitAsync(Stop);
        await IsWholeAsync(archive, study);
    }

    [Fact]
    public async Task S3_11_After_a_crash_the_same_attempt_goes_on_with_what_was_stored_and_one_that_was_committed_stays_so()
    {
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        var study = ArchiveFixture.Study();
        await using (var archive = fixture.Open())
        {
            var upload = await archive.BeginAsync(study.Collection, 3, Stop);
            foreach (var made in study.Objects.Take(2))
                await fixture.StoreAsync(upload, made);
        }

        await using (var archive = fixture.Open())
        {
            var upload = await archive.BeginAsync(study.Collection, 3, Stop);
            foreach (var made in study.Objects.Skip(2))
                await fixture.StoreAsync(upload, made);
            await upload.CommitAsync(Stop);
        }

        await using (var archive = fixture.Open())
        {
            var upload = await archive.BeginAsync(study.Collection, 3, Stop);
            await upload.CommitAsync(Stop); // nobody had told that it was done
            await IsWholeAsync(archive, study);
        }
    }

    [Fact]
    public async Task The_same_study_committed_by_two_instances_at_a_time_is_there_once()
    {
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        await using var one = fixture.Open();
        await using var two = fixture.Open();
        for (var round = 0; round < 5; round++)
        {
            var study = ArchiveFixture.Study(instances: 6);
            var outcomes = await Task.WhenAll(new[] { one, two }.Select(archive => Task.Run(
                async () =>
                {
                    try
                    {
                        await fixture.PutAsync(archive, study);
                        return "done";
                    }
                    catch (PacsException e)
                    {
                        return e.Failure.ToString();
                    }
                },
                Stop)));
            Assert.Contains("done", outcomes);
            Assert.All(outcomes, outcome => Assert.True(outcome is "done" or nameof(PacsFailure.Fenced), outcome));
            await IsWholeAsync(one, study);
        }
    }

    [Fact]
    public async Task The_same_content_lies_there_once_and_its_bytes_are_untouched()
    {
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        await using var archive = fixture.Open();
        var document = ArchiveFixture.Document("report.pdf", 5_000);
        var first = ArchiveFixture.Study(instances: 1, documents: 0);
        var second = ArchiveFixture.Study(instances: 1, documents: 0);
        await fixture.PutAsync(archive, first with { Objects = [.. first.Objects, document] });
        await fixture.PutAsync(archive, second with { Objects = [.. second.Objects, document] });
        Assert.Equal(3, fixture.ObjectFiles().Count);
        var file = Assert.Single(fixture.ObjectFiles(), path => Path.GetFileName(path) == document.Digest.Sha256 + ".raw");
        Assert.Equal(document.Bytes, await File.ReadAllBytesAsync(file, Stop));
        Assert.Contains(fixture.ObjectFiles(), path => File.ReadAllBytes(path).AsSpan().SequenceEqual(first.Objects[0].Bytes));
    }

    [Fact]
    public async Task Objects_of_a_study_are_stored_by_several_threads()
    {
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        await using var archive = fixture.Open();
        var study = ArchiveFixture.Study(instances: 60);
        await using var upload = await archive.BeginAsync(study.Collection, 1, Stop);
        await Parallel.ForEachAsync(study.Objects, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Stop }, async (made, _) => await fixture.StoreAsync(upload, made));
        await upload.CommitAsync(Stop);
        await IsWholeAsync(archive, study);
    }

    [Theory]
    [InlineData(ArchiveCompression.None, false)]
    [InlineData(ArchiveCompression.ZLib, false)]
    [InlineData(ArchiveCompression.Brotli, false)]
    [InlineData(ArchiveCompression.None, true)]
    [InlineData(ArchiveCompression.ZLib, true)]
    [InlineData(ArchiveCompression.Brotli, true)]
    public async Task S3_8_Compressed_and_encrypted_objects_are_verified_against_their_originals(ArchiveCompression compression, bool isEncrypted)
    {
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        var keys = isEncrypted ? new ArchiveKeyRing([new ArchiveKey("k1", new byte[32])], "k1") : ArchiveKeyRing.Empty;
        await using var archive = fixture.Open(options => options with { Compression = compression, Keys = keys });
        var study = ArchiveFixture.Study(instances: 2, pixels: 300_000);
        await fixture.PutAsync(archive, study);
        await IsWholeAsync(archive, study);
        if (isEncrypted)
            Assert.All(fixture.ObjectFiles(), path => Assert.EndsWith(".sealed", path, StringComparison.Ordinal));
        if (compression != ArchiveCompression.None)
            Assert.True(fixture.ObjectFiles().Sum(path => new FileInfo(path).Length) < study.Objects.Sum(o => o.Bytes.Length) * 0.7);
    }

    internal static async Task IsWholeAsync(StudyArchive archive, MadeStudy study)
    {
        foreach (var level in new[] { VerificationLevel.Objects, VerificationLevel.Sizes, VerificationLevel.Digests })
        {
            var held = await archive.InspectAsync(study.Uid, level, Stop);
            Assert.Equal(
                study.Expected.Select(o => o with
                {
                    Bytes = level >= VerificationLevel.Sizes ? o.Bytes : null,
                    Sha256 = level == VerificationLevel.Digests ? o.Sha256 : null,
                    Content = level == VerificationLevel.Digests ? o.Content : null,
                }),
                held!.Objects.OrderBy(o => o.Id, StringComparer.Ordinal));
        }
    }
}
