using MedStreams.Dicom;
using MedStreams.Dicom.Pacs;
using MedStreams.Sinks.Pacs.Archive;

namespace MedStreams.Sinks.Tests.Pacs.Archive;

public sealed class ArchiveConflictTests(PostgresFixture postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task By_default_other_content_under_a_known_uid_is_an_error_that_is_recorded()
    {
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        await using var archive = fixture.Open();
        var study = ArchiveFixture.Study();
        await fixture.PutAsync(archive, study);
        var changed = Changed(study);
        await using var upload = await archive.BeginAsync(changed.Collection, 2, Stop);
        for (var again = 0; again < 2; again++)
            Assert.Equal(PacsFailure.Conflict, (await Assert.ThrowsAsync<PacsException>(() => fixture.StoreAsync(upload, changed.Objects[0]))).Failure);
        await upload.RollBackAsync(Stop);
        await StudyArchiveTests.IsWholeAsync(archive, study);
        Assert.Equal(
            [$"{study.Uid} {study.Uid} {study.Objects[0].Object.Id} {study.Objects[0].Digest.Sha256} {changed.Objects[0].Digest.Sha256} refused 2"],
            await ConflictsAsync(fixture));
    }

    [Fact]
    public async Task Keep_old_keeps_it_and_says_so()
    {
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        await using var archive = fixture.Open(options => options with { Conflicts = ArchiveConflictPolicy.KeepOld });
        var study = ArchiveFixture.Study();
        await fixture.PutAsync(archive, study);
        var changed = Changed(study);
        await using var upload = await archive.BeginAsync(changed.Collection, 2, Stop);
        for (var again = 0; again < 2; again++)
        {
            var stored = await fixture.StoreAsync(upload, changed.Objects[0]);
            Assert.Equal((study.Objects[0].Digest, false), (stored.Expected, stored.WasThere));
            Assert.Contains("keeps other content", stored.Note, StringComparison.Ordinal);
        }

        foreach (var made in changed.Objects.Skip(1))
            Assert.Null((await fixture.StoreAsync(upload, made)).Note);
        await upload.CommitAsync(Stop);
        await StudyArchiveTests.IsWholeAsync(archive, study);
        Assert.EndsWith("kept 2", Assert.Single(await ConflictsAsync(fixture)), StringComparison.Ordinal);
        Assert.Equal(1, (await new ArchiveSweep(archive, new ArchiveSweepOptions()).RunAsync(Stop)).Files + fixture.Unfinished().Count + 1);
    }

    [Fact]
    public async Task Replace_makes_a_new_version_and_the_old_one_can_still_be_had()
    {
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        await using var archive = fixture.Open(options => options with { Conflicts = ArchiveConflictPolicy.Replace });
        var study = ArchiveFixture.Study();
        await fixture.PutAsync(archive, study);
        var changed = Changed(study);
        await using (var upload = await archive.BeginAsync(changed.Collection, 2, Stop))
        {
            foreach (var made in changed.Objects)
                await fixture.StoreAsync(upload, made);
            await StudyArchiveTests.IsWholeAsync(archive, study); // the old one until the commit
            await upload.CommitAsync(Stop);
        }

        await StudyArchiveTests.IsWholeAsync(archive, changed);
        Assert.EndsWith("replaced 2", Assert.Single(await ConflictsAsync(fixture)), StringComparison.Ordinal);
        await new ArchiveSweep(archive, new ArchiveSweepOptions { Execute = true }).RunAsync(Stop);
        var to = Path.Combine(fixture.Folder, "out");
        foreach (var (version, made) in new[] { (1, study.Objects[0]), (2, changed.Objects[0]) })
        {
            var exported = await new ArchiveExport(archive).WriteAsync(study.Uid, made.Object.Id, version, to, Stop);
            Assert.Equal(made.Bytes, await File.ReadAllBytesAsync(Assert.Single(exported!.Files), Stop));
        }

        Assert.Equal(5, (await new ArchiveCheck(archive).StudyAsync(study.Uid, Stop))!.Objects);
    }

    [Theory]
    [InlineData(ArchiveConflictPolicy.Error)]
    [InlineData(ArchiveConflictPolicy.KeepOld)]
    [InlineData(ArchiveConflictPolicy.Replace)]
    public async Task An_instance_of_another_study_is_a_conflict_whatever_the_policy(ArchiveConflictPolicy policy)
    {
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        await using var archive = fixture.Open(options => options with { Conflicts = policy });
        var first = ArchiveFixture.Study();
        await fixture.PutAsync(archive, first);
        var second = ArchiveFixture.Study();
        second = second with { Objects = [.. second.Objects, first.Objects[0]] };
        await using var upload = await archive.BeginAsync(second.Collection, 1, Stop);
        var error = await Assert.ThrowsAsync<PacsException>(() => fixture.StoreAsync(upload, first.Objects[0]));
        Assert.Equal(PacsFailure.Conflict, error.Failure);
        Assert.StartsWith($"{second.Uid} {first.Uid} ", Assert.Single(await ConflictsAsync(fixture)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_studies_with_the_same_instance_at_a_time_are_one_study_and_one_conflict()
    {
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        await using var archive = fixture.Open();
        var first = ArchiveFixture.Study();
        var second = ArchiveFixture.Study();
        second = second with { Objects = [.. second.Objects, first.Objects[0]] };
        await using var one = await archive.BeginAsync(first.Collection, 1, Stop);
        await using var two = await archive.BeginAsync(second.Collection, 1, Stop);
        foreach (var made in first.Objects)
            await fixture.StoreAsync(one, made);
        foreach (var made in second.Objects)
            await fixture.StoreAsync(two, made);
        await one.CommitAsync(Stop);
        Assert.Equal(PacsFailure.Conflict, (await Assert.ThrowsAsync<PacsException>(() => two.CommitAsync(Stop).AsTask())).Failure);
        Assert.Null(await archive.InspectAsync(second.Uid, VerificationLevel.Record, Stop));
        await StudyArchiveTests.IsWholeAsync(archive, first);
    }

    [Fact]
    public async Task Bytes_that_are_not_what_was_fetched_and_bytes_that_are_no_instance_are_refused()
    {
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        await using var archive = fixture.Open();
        var study = ArchiveFixture.Study();
        await using var upload = await archive.BeginAsync(study.Collection, 1, Stop);
        var lying = study.Objects[0] with { Digest = study.Objects[1].Digest };
        var broken = study.Objects[0] with { Bytes = study.Objects[0].Bytes[..^100] };
        foreach (var bad in new[] { lying, broken })
            Assert.Equal(PacsFailure.Refused, (await Assert.ThrowsAsync<PacsException>(() => fixture.StoreAsync(upload, bad))).Failure);
        var foreign = ArchiveFixture.Document("not of it", 10);
        Assert.Equal(PacsFailure.Refused, (await Assert.ThrowsAsync<PacsException>(() => fixture.StoreAsync(upload, foreign))).Failure);
        Assert.Empty(fixture.Unfinished());
        Assert.Empty(fixture.ObjectFiles());
    }

    [Fact]
    public async Task Identifiers_that_no_index_can_hold_are_refused_and_names_that_it_cannot_hold_are_cleaned()
    {
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        await using var archive = fixture.Open();
        foreach (var bad in new[] { "", "a\0b", new string('1', 2_000), "x\ud800" })
        {
            var study = ArchiveFixture.Study(uid: "1.2.3");
            study = study with { Exam = study.Exam with { StudyInstanceUid = bad } };
            Assert.Equal(PacsFailure.Refused, (await Assert.ThrowsAsync<PacsException>(() => archive.BeginAsync(study.Collection, 1, Stop).AsTask())).Failure);
        }

        var named = ArchiveFixture.Study();
        named = named with { Exam = named.Exam with { PatientName = "a\0\ud800b", PatientId = "'; DROP TABLE medstreams.archive_study; --", Description = "\0" } };
        await fixture.PutAsync(archive, named);
        await StudyArchiveTests.IsWholeAsync(archive, named);
        Assert.Equal("a\uFFFD\uFFFDb", await fixture.Database.ScalarAsync<string>("SELECT name FROM medstreams.archive_patient"));
    }

    [Theory]
    [InlineData("1.2.840.10008.1.2")]
    [InlineData("1.2.840.10008.1.2.1")]
    [InlineData("1.2.840.10008.1.2.1.99")]
    [InlineData("1.2.840.10008.1.2.2")]
    public async Task Every_way_of_writing_is_stored_as_it_came(string syntax)
    {
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        await using var archive = fixture.Open();
        var study = ArchiveFixture.Study(instances: 0, documents: 0);
        study = study with { Objects = [ArchiveFixture.Instance(study.Uid, study.Uid + ".1", study.Uid + ".1.1", 1, syntax: TransferSyntax.Of(syntax))] };
        await fixture.PutAsync(archive, study);
        await StudyArchiveTests.IsWholeAsync(archive, study);
        Assert.Equal(study.Objects[0].Bytes, await File.ReadAllBytesAsync(Assert.Single(fixture.ObjectFiles()), Stop));
        Assert.Equal(syntax, await fixture.Database.ScalarAsync<string>("SELECT syntax FROM medstreams.archive_instance"));
    }

    private static MadeStudy Changed(MadeStudy study)
    {
        var first = study.Objects[0].Object;
        var other = ArchiveFixture.Instance(study.Uid, first.SeriesInstanceUid, first.Id, first.InstanceNumber!.Value, seed: 99);
        return study with { Objects = [other, .. study.Objects.Skip(1)] };
    }

    private static Task<List<string>> ConflictsAsync(ArchiveFixture fixture) => fixture.Database.RowsAsync(
        "SELECT study_uid, held_in, target_id, encode(held_sha256, 'hex'), encode(new_sha256, 'hex'), outcome, attempt FROM medstreams.archive_conflict ORDER BY 1");
}
