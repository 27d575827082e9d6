using System.Security.Cryptography;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Tests.Foreign;

namespace MedStreams.Dicom.Tests.Pacs;

/// <summary>Instances on their way into the spool.</summary>
public sealed class SpooledInstanceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("medstreams-spool-").FullName;
    private readonly Spool _spool;

    public SpooledInstanceTests() => _spool = new Spool(_folder, memory: 0);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Every_foreign_file_rests_as_it_came_with_the_digest_of_its_data_set()
    {
        var (kept, mended, deflated) = (0, 0, 0);
        foreach (var path in ForeignFiles.All)
        {
            var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
            SpooledInstance instance;
            try
            {
                instance = await SpooledInstance.ReceiveFileAsync(new Drip(bytes), _spool, TestContext.Current.CancellationToken);
            }
            catch (DicomException)
            {
                Assert.Equal(0, _spool.Used);
                Assert.Empty(Directory.EnumerateFiles(_folder));
                continue;
            }

            await using (instance)
            {
                var file = await DicomFile.ReadAsync(new MemoryStream(bytes), cancellationToken: TestContext.Current.CancellationToken);
                Assert.Equal(ObjectDigest.Of(file.Digest.Span, file.Length), instance.Digest);
                Assert.Equal(file.Syntax, instance.Syntax);
                Assert.Equal(file.DataSet.Text(Tags.SopInstanceUid), instance.Identity.SopInstanceUid);
                Assert.Equal(file.DataSet.Text(Tags.StudyInstanceUid) ?? "", instance.Identity.StudyInstanceUid);
                var spooled = await File.ReadAllBytesAsync(instance.Content.FilePath, TestContext.Current.CancellationToken);
                Assert.Equal(spooled.Length, instance.Content.Length);
                Assert.Equal("DICM"u8, spooled.AsSpan(128, 4));
                var again = await DicomFile.ReadAsync(new MemoryStream(spooled), cancellationToken: TestContext.Current.CancellationToken);
                Assert.Equal(file.Digest.ToArray(), again.Digest.ToArray());
                Assert.NotNull(again.MetaInformation);
                Assert.Equal(file.Syntax, again.Syntax);
                if (spooled.AsSpan().SequenceEqual(bytes))
                    kept++;
                else
                    mended++;
                deflated += file.Syntax.IsDeflated ? 1 : 0;
            }

            Assert.Equal(0, _spool.Used);
        }

        Assert.True(kept > 60, $"{kept} as they came");
        Assert.True(mended > 2, $"{mended} with a new header");
        Assert.True(deflated > 0, $"{deflated} deflated");
    }

    [Fact]
    public async Task A_bare_data_set_gets_a_header_that_says_what_the_command_said()
    {
        var path = ForeignFiles.All.Single(p => Path.GetFileName(p) == "CT_small.dcm");
        var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        var file = await DicomFile.ReadAsync(new MemoryStream(bytes), cancellationToken: TestContext.Current.CancellationToken);
        var (sopClass, sopInstance) = (file.DataSet.Text(Tags.SopClassUid)!, file.DataSet.Text(Tags.SopInstanceUid)!);
        var bare = bytes[^(int)file.Length..];

        await using var instance = await SpooledInstance.ReceiveDataSetAsync(
            new MemoryStream(bare), sopClass, sopInstance, file.Syntax, _spool, TestContext.Current.CancellationToken);

        await using var content = instance.Content.OpenRead();
        var again = await DicomFile.ReadAsync(content, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(sopInstance, again.MetaInformation!.Text(Tags.MediaStorageSopInstanceUid));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bare)), instance.Digest.Sha256);
        Assert.Equal(bare.Length, instance.Digest.Bytes);
        var wanted = new StudyObject { Id = sopInstance, Kind = StudyObjectKind.Instance };
        Assert.Equal(sopClass, instance.As(wanted).SopClassUid);
        Assert.Throws<DicomException>(() => instance.As(wanted with { Id = "1.2.3" }));
    }

    [Fact]
    public async Task Another_instance_than_announced_is_refused_and_leaves_nothing()
    {
        var path = ForeignFiles.All.Single(p => Path.GetFileName(p) == "CT_small.dcm");
        var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        var file = await DicomFile.ReadAsync(new MemoryStream(bytes), cancellationToken: TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<DicomException>(() => SpooledInstance.ReceiveDataSetAsync(
            new MemoryStream(bytes[^(int)file.Length..]), file.DataSet.Text(Tags.SopClassUid)!, "1.2.3", file.Syntax, _spool, TestContext.Current.CancellationToken));

        Assert.Empty(Directory.EnumerateFiles(_folder));
        Assert.Equal(0, _spool.Used);
    }

    [Fact]
    public async Task One_that_was_cut_within_an_element_is_not_taken_for_a_whole_one()
    {
        var path = ForeignFiles.All.Single(p => Path.GetFileName(p) == "CT_small.dcm");
        var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        var pixels = bytes.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0xE0, 0x7F, 0x10, 0x00, (byte)'O', (byte)'W']);
        Assert.True(pixels > 0);
        for (var length = pixels + 1; length < pixels + 12 + (2 * 128 * 128); length += 997)
        {
            await Assert.ThrowsAsync<DicomException>(() => SpooledInstance.ReceiveFileAsync(
                new MemoryStream(bytes, 0, length), _spool, TestContext.Current.CancellationToken));
        }

        Assert.Empty(Directory.EnumerateFiles(_folder));

        // Between two elements nothing tells: whoever knows the length compares it.
        await using var seemsWhole = await SpooledInstance.ReceiveFileAsync(new MemoryStream(bytes, 0, pixels), _spool, TestContext.Current.CancellationToken);
        Assert.Equal(pixels, seemsWhole.Content.Length);
    }

    [Fact]
    public async Task A_document_rests_as_it_came()
    {
        var bytes = new byte[300_001];
        new Random(1).NextBytes(bytes);
        var wanted = new StudyObject { Id = "report.pdf", Kind = StudyObjectKind.Document, MediaType = "application/pdf" };

        await using var fetched = await SpooledDocument.ReceiveAsync(wanted, new Drip(bytes), _spool, TestContext.Current.CancellationToken);

        Assert.Equal(bytes, await File.ReadAllBytesAsync(fetched.Content.FilePath, TestContext.Current.CancellationToken));
        Assert.Equal(ObjectDigest.Of(SHA256.HashData(bytes), bytes.Length), fetched.Digest);
    }

    /// <summary>Gives a few thousand bytes at a time, as a network does.</summary>
    private sealed class Drip(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 4099)]);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, 4099)], cancellationToken);
    }
}
