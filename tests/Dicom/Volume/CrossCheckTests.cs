using MedStreams.Local;
using MedStreams.Support.Peers;
using MedStreams.Support.Volume;

namespace MedStreams.Dicom.Tests.Volume;

/// <summary>The whole generated volume, there and back: what we write, others read; what they write of it, we read, and it says the same.</summary>
public sealed class CrossCheckTests : IDisposable
{
    private static readonly GeneratedVolume Whole = GeneratedVolume.Of(new VolumeOptions { FilmBytes = 200_000, HasRecodables = true });
    private readonly string _folder = Directory.CreateTempSubdirectory("medstreams-cross-").FullName;

    private string Written => Path.Combine(_folder, "written");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Pydicom_reads_all_that_we_write_and_we_read_all_that_it_writes()
    {
        Assert.SkipWhen(VolumeFiles.OfPydicom.Count == 0, "python3-pydicom is not installed");
        await Whole.WriteAsync(Written, withExtras: false, TestContext.Current.CancellationToken);
        var output = await CommandLineTool.RunAsync(
            "/usr/bin/python3", [Path.Combine(AppContext.BaseDirectory, "Volume", "rewrite.py"), Written, Path.Combine(_folder, "rewritten")], TestContext.Current.CancellationToken);
        Assert.Equal($"{Whole.Instances.Count()}\n", output);
        await Parallel.ForEachAsync(Whole.Instances, TestContext.Current.CancellationToken, async (instance, _) =>
        {
            var file = await ReadAsync(Path.Combine(_folder, "rewritten", instance.PathOf()));
            Assert.Equal(instance.Syntax.Uid, file.Syntax.Uid);
            Assert.Equal((await OwnAsync(instance)).ContentDigest, file.ContentDigest);
            Assert.True(instance.IsRecodable || instance.Digest() == file.ObjectDigest); // it leaves group lengths out
        });
    }

    [Fact]
    public async Task DCMTK_reads_all_that_we_write_and_we_read_all_that_it_writes()
    {
        Assert.SkipUnless(StoreScp.IsInstalled, "DCMTK is not installed");
        await Whole.WriteAsync(Written, withExtras: false, TestContext.Current.CancellationToken);

        // It takes the files apart to send them, and again to write what it received.
        await using var scp = await StoreScp.StartAsync("STORESCP", "+xa");
        await VolumeLoading.SendAsync(scp.Port, "STORESCP", Written, TestContext.Current.CancellationToken);
        var received = Directory.GetFiles(scp.Folder, "*", SearchOption.TopDirectoryOnly).Where(f => !f.EndsWith(".log", StringComparison.Ordinal)).ToList();
        Assert.Equal(Whole.Instances.Count(), received.Count);
        var byUid = Whole.Instances.ToDictionary(i => i.Uid, StringComparer.Ordinal);
        var recoded = 0;
        await Parallel.ForEachAsync(received, TestContext.Current.CancellationToken, async (path, _) =>
        {
            var file = await ReadAsync(path);
            var instance = byUid[file.DataSet.Text(Tags.SopInstanceUid)!];
            var own = await OwnAsync(instance);
            Assert.Equal(instance.Exam.PatientName, file.DataSet.Text(Tags.PatientName));
            if (file.Syntax.Uid != instance.Syntax.Uid)
            {
                // dcmsend chooses among those without compression
                Assert.True(!instance.Syntax.IsEncapsulated && file.Syntax == TransferSyntax.ExplicitLittleEndian);
                return;
            }

            Assert.Equal(own.ContentDigest, file.ContentDigest);
            if (own.ObjectDigest != file.ObjectDigest)
                Interlocked.Increment(ref recoded);
            Assert.True(own.ObjectDigest == file.ObjectDigest || instance.IsRecodable);
        });
        Assert.True(recoded > 1_000, $"{recoded}");
    }

    [Fact]
    public async Task Dcmdump_finds_nothing_wrong_with_what_we_write()
    {
        Assert.SkipWhen(CommandLineTool.Find("dcmdump") is null, "DCMTK is not installed");
        var volume = GeneratedVolume.Of(new VolumeOptions { Instances = 600, FilmBytes = 20_000, HasRecodables = true });
        await volume.WriteAsync(Written, withExtras: false, TestContext.Current.CancellationToken);
        var output = await CommandLineTool.RunAsync("dcmdump", ["+E", "-q", "+sd", "+r", "+sp", "*.dcm", "+P", "0008,0018", Written], TestContext.Current.CancellationToken);
        var dumped = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l[(l.IndexOf('[', StringComparison.Ordinal) + 1)..l.IndexOf(']', StringComparison.Ordinal)]);
        Assert.Equal(volume.Instances.Select(i => i.Uid).Order(StringComparer.Ordinal), dumped.Order(StringComparer.Ordinal));
    }

    private static Task<DicomFile> OwnAsync(GeneratedInstance instance) =>
        DicomFile.ReadAsync(new MemoryStream(instance.ToFile().ToArray()), cancellationToken: TestContext.Current.CancellationToken);

    private static async Task<DicomFile> ReadAsync(string path)
    {
        await using var file = File.OpenRead(path);
        return await DicomFile.ReadAsync(file, cancellationToken: TestContext.Current.CancellationToken);
    }
}
