using System.Diagnostics;
using MedStreams.Dicom;
using MedStreams.Dicom.Pacs;
using MedStreams.Sinks.Pacs.Archive;

namespace MedStreams.Sinks.Tests.Pacs.Archive;

/// <summary>Tests that count what the process allocates: nothing else runs beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>Large studies and large objects: memory stays flat.</summary>
[Collection(nameof(Alone))]
public sealed class ArchiveVolumeTests(PostgresFixture postgres, ITestOutputHelper output)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_study_of_10_000_instances_becomes_visible_in_one_transaction_in_bounded_memory()
    {
        const int Count = 10_000;
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        await using var archive = fixture.Open();
        var few = ArchiveFixture.Study(instances: 1, documents: 0);
        await fixture.PutAsync(archive, few);
        var study = ArchiveFixture.Study(instances: 0, documents: 0);
        var collection = new StudyCollection(
            study.Exam, [.. Enumerable.Range(0, Count).Select(i => new StudyObject { Id = $"{study.Uid}.{i}", Kind = StudyObjectKind.Instance, SeriesInstanceUid = $"{study.Uid}.0.{i / 500}" })], []);
        await using var upload = await archive.BeginAsync(collection, 1, Stop);
        // Staged as Store leaves it, all on one file, since 10,000 files are not what is tried here.
        await fixture.Database.ExecuteAsync(
            $"""
             INSERT INTO medstreams.archive_staged (upload_id, object_id, target_id, kind, series_uid, sha256, bytes, file, outcome, is_stored)
             SELECT u.upload_id, u.study_uid || '.' || i, u.study_uid || '.' || i, 'I', u.study_uid || '.0.' || i / 500, f.sha256, f.bytes, f.file, 'new', true
             FROM medstreams.archive_upload u, generate_series(0, {Count - 1}) i, (SELECT sha256, bytes, file FROM medstreams.archive_object LIMIT 1) f
             """);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var since = Stopwatch.GetTimestamp();
        await upload.CommitAsync(Stop);
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        output.WriteLine($"commit of {Count}: {Stopwatch.GetElapsedTime(since).TotalMilliseconds:0} ms, {allocated / Count} bytes allocated an object");
        Assert.True(allocated / Count < 2_000, $"{allocated / Count} bytes an object");
        Assert.Equal([$"{Count} 20"], await fixture.Database.RowsAsync(
            $"SELECT objects, (SELECT count(*) FROM medstreams.archive_series e WHERE e.study_key = s.study_key) FROM medstreams.archive_study s WHERE study_uid = '{study.Uid}'"));
        Assert.Equal(Count, (await archive.InspectAsync(study.Uid, VerificationLevel.Sizes, Stop))!.Objects.Count);
    }

    [Theory]
    [InlineData(ArchiveCompression.None, false)]
    [InlineData(ArchiveCompression.Brotli, true)]
    public async Task An_object_of_2_GB_passes_in_flat_memory(ArchiveCompression compression, bool isEncrypted)
    {
        // With MEDSTREAMS_LARGE=1 it is 2 GB; else 256 MB, which shows the same: nothing grows with the length.
        var length = Environment.GetEnvironmentVariable("MEDSTREAMS_LARGE") == "1" ? 2L << 30 : 256L << 20;
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        var keys = isEncrypted ? new ArchiveKeyRing([new ArchiveKey("k1", new byte[32])], "k1") : ArchiveKeyRing.Empty;
        await using var archive = fixture.Open(options => options with { Compression = compression, Keys = keys });
        var uid = "1.2.826.0.1.3680043.10.1429.4711";
        var what = new StudyObject { Id = uid + ".1.1", Kind = StudyObjectKind.Instance, SeriesInstanceUid = uid + ".1" };
        await using var fetched = await SpoolAsync(fixture.Spool, what, uid, length);
        var collection = new StudyCollection(new ExamRecord { StudyInstanceUid = uid }, [what], []);
        await using var upload = await archive.BeginAsync(collection, 1, Stop);
        GC.Collect();
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var cpu = Environment.CpuUsage.TotalTime;
        await upload.StoreAsync(fetched, Stop);
        var stored = GC.GetTotalAllocatedBytes(precise: true) - before;
        var storing = Environment.CpuUsage.TotalTime - cpu;
        await upload.CommitAsync(Stop);
        before = GC.GetTotalAllocatedBytes(precise: true);
        cpu = Environment.CpuUsage.TotalTime;
        var held = Assert.Single((await archive.InspectAsync(uid, VerificationLevel.Digests, Stop))!.Objects);
        var read = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.Equal(HeldObject.Of(what.Id, fetched.Digest), held);
        output.WriteLine($"{length >> 20} MB {compression} encrypted={isEncrypted}: store {storing.TotalSeconds:0.0} s CPU, {stored >> 10} KB allocated; "
            + $"read back {(Environment.CpuUsage.TotalTime - cpu).TotalSeconds:0.0} s CPU, {read >> 10} KB allocated");
        // Asynchronous file calls allocate a little each; a copy of the object would be far more.
        Assert.True(stored < length / 20, $"{stored} bytes were allocated to store {length}");
        Assert.True(read < length / 20, $"{read} bytes were allocated to read {length}");
    }

    [Fact]
    public async Task An_image_costs_little_memory()
    {
        const int Count = 60;
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        foreach (var (compression, isEncrypted) in new[] { (ArchiveCompression.None, false), (ArchiveCompression.ZLib, false), (ArchiveCompression.Brotli, false), (ArchiveCompression.None, true), (ArchiveCompression.Brotli, true) })
        {
            var keys = isEncrypted ? new ArchiveKeyRing([new ArchiveKey("k1", new byte[32])], "k1") : ArchiveKeyRing.Empty;
            await using var archive = fixture.Open(options => options with { Compression = compression, Keys = keys });
            await fixture.PutAsync(archive, Pixels(5));
            var study = Pixels(Count);
            await using var upload = await archive.BeginAsync(study.Collection, 1, Stop);
            var fetched = new List<FetchedObject>();
            foreach (var made in study.Objects)
                fetched.Add(await fixture.FetchAsync(made));
            var before = GC.GetTotalAllocatedBytes(precise: true);
            var cpu = Environment.CpuUsage.TotalTime;
            foreach (var one in fetched)
                await upload.StoreAsync(one, Stop);
            var allocated = (GC.GetTotalAllocatedBytes(precise: true) - before) / Count;
            var each = (Environment.CpuUsage.TotalTime - cpu) / Count;
            await upload.CommitAsync(Stop);
            fetched.ForEach(one => one.DisposeAsync().AsTask().GetAwaiter().GetResult());
            var ratio = await fixture.Database.ScalarAsync<decimal>(
                $"SELECT sum(f.stored_bytes)::numeric / sum(f.plain_bytes) FROM medstreams.archive_object o JOIN medstreams.archive_file f USING (file) JOIN medstreams.archive_study s USING (study_key) WHERE s.study_uid = '{study.Uid}'");
            output.WriteLine($"512 KB image, {compression} encrypted={isEncrypted}: {allocated} bytes allocated, {each.TotalMilliseconds:0.00} ms CPU, stored {ratio:P0}");
            Assert.True(allocated < 150_000, $"{allocated} bytes an image of 512 KB");
        }
    }

    /// <summary>Something like CT: 12 bits in 16, smooth, with noise.</summary>
    private static MadeStudy Pixels(int count)
    {
        var study = ArchiveFixture.Study(instances: 0, documents: 0);
        var random = new Random(count);
        return study with
        {
            Objects = [.. Enumerable.Range(0, count).Select(i =>
            {
                var made = ArchiveFixture.Instance(study.Uid, study.Uid + ".1", $"{study.Uid}.1.{i}", i, pixels: 512 * 1024);
                var bytes = made.Bytes.ToArray();
                for (var p = 0; p < 512 * 512; p++)
                {
                    var value = (ushort)(1000 + (800 * Math.Sin((p % 512) / 80.0) * Math.Cos(p / 512 / 60.0)) + random.Next(-12, 13));
                    bytes[^((p * 2) + 2)] = (byte)value;
                    bytes[^((p * 2) + 1)] = (byte)(value >> 8);
                }

                using var stream = new MemoryStream(bytes);
                return made with { Bytes = bytes, Digest = DicomFile.ReadAsync(stream).GetAwaiter().GetResult().ObjectDigest };
            })],
        };
    }

    private static async Task<FetchedObject> SpoolAsync(Spool spool, StudyObject what, string study, long length)
    {
        var data = new DicomDataSet();
        data.Set(Tags.SopClassUid, DicomVr.UI, "1.2.840.10008.5.1.4.1.1.7");
        data.Set(Tags.SopInstanceUid, DicomVr.UI, what.Id);
        data.Set(Tags.StudyInstanceUid, DicomVr.UI, study);
        var head = DicomFile.ToBytes(data, TransferSyntax.ExplicitLittleEndian, Implementation.MedStreams);
        var pixels = (uint)(length - 12);
        byte[] element = [0xE0, 0x7F, 0x10, 0x00, (byte)'O', (byte)'W', 0, 0, .. BitConverter.GetBytes(pixels)];
        var content = await spool.CreateAsync(Stop);
        await using (var to = content.OpenWrite())
        {
            await to.WriteAsync(head, Stop);
            await to.WriteAsync(element, Stop);
            var block = new byte[1 << 20];
            var random = new Random(1);
            for (long at = 0; at < pixels; at += block.Length)
            {
                random.NextBytes(block.AsSpan(0, 1 << 18)); // a quarter of it is noise
                await to.WriteAsync(block.AsMemory(0, (int)Math.Min(block.Length, pixels - at)), Stop);
            }
        }

        await using var from = content.OpenRead();
        var file = await DicomFile.ReadAsync(from, cancellationToken: Stop);
        return new FetchedObject(what, content, file.ObjectDigest) { Syntax = file.Syntax };
    }
}
