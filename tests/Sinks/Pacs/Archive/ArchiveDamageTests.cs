using MedStreams.Dicom.Pacs;
using MedStreams.Sinks.Pacs.Archive;

namespace MedStreams.Sinks.Tests.Pacs.Archive;

public sealed class ArchiveDamageTests(PostgresFixture postgres)
{
    private static readonly ArchiveKeyRing Keys = new([new ArchiveKey("k1", new byte[32])], "k1");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<ArchiveCompression, bool> Forms => new()
    {
        { ArchiveCompression.None, false },
        { ArchiveCompression.ZLib, false },
        { ArchiveCompression.Brotli, false },
        { ArchiveCompression.None, true },
        { ArchiveCompression.Brotli, true },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_flipped_byte_is_found_by_level_4_with_its_place_wherever_it_is(ArchiveCompression compression, bool isEncrypted)
    {
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        await using var archive = fixture.Open(options => options with { Compression = compression, Keys = isEncrypted ? Keys : ArchiveKeyRing.Empty });
        var study = ArchiveFixture.Study(instances: 1, documents: 0, pixels: 200_000);
        await fixture.PutAsync(archive, study);
        var file = Assert.Single(fixture.ObjectFiles());
        var length = (int)new FileInfo(file).Length;
        var harmless = 0;
        foreach (var position in new[] { 0, 5, 140, 400, length / 3, length / 2, length - 40 })
        {
            Flip(file, position);
            var held = Assert.Single((await archive.InspectAsync(study.Uid, VerificationLevel.Digests, Stop))!.Objects);
            if (compression != ArchiveCompression.None && !isEncrypted && held.Damage is null)
            {
                // Another distance within a run of zeros inflates to the same: the content is whole, and is told so.
                Assert.Equal(study.Objects[0].Digest.Sha256, held.Sha256);
                harmless++;
                Flip(file, position);
                continue;
            }

            Assert.NotNull(held.Damage);
            Assert.StartsWith(file, held.Damage, StringComparison.Ordinal);
            Assert.NotEqual(study.Objects[0].Digest.Sha256, held.Sha256);
            var found = Assert.Single((await new ArchiveCheck(archive).StudyAsync(study.Uid, Stop))!.Damages);
            Assert.Equal((study.Uid, study.Objects[0].Object.SeriesInstanceUid, study.Objects[0].Object.Id, 1), (found.StudyInstanceUid, found.SeriesInstanceUid, found.Id, found.Version));
            Flip(file, position);
        }

        Assert.True(harmless <= 2, $"{harmless} of 7 flips were not found");
        await StudyArchiveTests.IsWholeAsync(archive, study);
    }

    [Fact]
    public async Task What_is_found_damaged_or_missing_is_mended_by_the_next_upload_of_the_same()
    {
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        await using var archive = fixture.Open();
        var study = ArchiveFixture.Study(instances: 4);
        await fixture.PutAsync(archive, study);
        var files = fixture.ObjectFiles();
        Flip(files[0], -1);
        File.Delete(files[1]);
        var held = await archive.InspectAsync(study.Uid, VerificationLevel.Digests, Stop);
        Assert.Equal(4, held!.Objects.Count); // the missing one is left out
        Assert.Single(held.Objects, o => o.Damage is not null);
        var again = await fixture.PutAsync(archive, study, attempt: 2);
        Assert.Equal(2, again.Count(stored => !stored.WasThere));
        await StudyArchiveTests.IsWholeAsync(archive, study);
        Assert.Equal(0L, await fixture.Database.ScalarAsync<long>("SELECT count(*) FROM medstreams.archive_file WHERE damaged_at IS NOT NULL"));
    }

    [Fact]
    public async Task Level_3_finds_a_file_that_is_too_short_or_gone_without_reading()
    {
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        await using var archive = fixture.Open(options => options with { Compression = ArchiveCompression.ZLib });
        var study = ArchiveFixture.Study(instances: 3, documents: 0);
        await fixture.PutAsync(archive, study);
        var files = fixture.ObjectFiles();
        File.Delete(files[0]);
        using (var cut = File.OpenWrite(files[1]))
            cut.SetLength(cut.Length - 7);
        var held = (await archive.InspectAsync(study.Uid, VerificationLevel.Sizes, Stop))!.Objects;
        Assert.Equal(2, held.Count);
        Assert.Equal(study.Objects[0].Digest.Bytes - 7, Assert.Single(held, o => o.Damage is not null).Bytes);
    }

    [Fact]
    public async Task A_name_in_the_index_that_is_none_opens_no_file()
    {
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        await using var archive = fixture.Open();
        var study = ArchiveFixture.Study(instances: 1, documents: 0);
        await fixture.PutAsync(archive, study);
        await fixture.Database.ExecuteAsync(
            """
            INSERT INTO medstreams.archive_file VALUES ('../../../../../../../../etc/passwd', 1, 1);
            UPDATE medstreams.archive_object SET file = '../../../../../../../../etc/passwd'
            """);
        var error = await Assert.ThrowsAsync<PacsException>(() => archive.InspectAsync(study.Uid, VerificationLevel.Digests, Stop).AsTask());
        Assert.Contains("no name of an object file", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Flips a bit of a file; a position below zero counts from its end.</summary>
    internal static void Flip(string path, int position)
    {
        using var file = File.Open(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = position < 0 ? file.Length + position : position;
        var value = file.ReadByte();
        file.Position--;
        file.WriteByte((byte)(value ^ 0x10));
    }
}
