using MedStreams.Dicom;
using MedStreams.Dicom.Pacs;
using MedStreams.Local;
using MedStreams.Sinks.Pacs.Archive;

namespace MedStreams.Cli.Tests;

/// <summary>The archive's verbs on a real one.</summary>
public sealed class ArchiveTests
{
    private const string Study = "1.2.826.0.1.3680043.10.1429.77";

    [Fact]
    public async Task Studies_are_listed_taken_out_checked_and_swept()
    {
        var stop = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        await using var database = await PrivatePostgres.StartAsync(cancellationToken: stop);
        var key = Path.Combine(folder.Path, "key");
        await File.WriteAllTextAsync(key, Convert.ToBase64String(new byte[32]), stop);
        var cli = new CliRunner
        {
            WorkingDirectory = folder.Path,
            Variables =
            {
                ["MEDSTREAMS__POSTGRES__CONNECTIONSTRING"] = database.ConnectionString,
                ["MEDSTREAMS__ARCHIVE__FOLDER"] = "archive",
                ["MEDSTREAMS__ARCHIVE__CURRENTKEY"] = "k1",
                ["MEDSTREAMS__ARCHIVE__KEYS__k1"] = "file:" + key,
            },
        };
        await FillAsync(database.ConnectionString, folder.Path, stop);

        Assert.Equal([$"{Study}\t2026-11-21\tCT\t1\t1\t2\t{await BytesAsync(cli)}"], (await cli.RunAsync("archive", "list")).Lines);
        Assert.Empty((await cli.RunAsync("archive", "list", "--to", "2026-11-20")).Lines);
        Assert.Equal(2, (await cli.RunAsync("archive", "list", "--to", "2026-11-20", "--without-date")).ExitCode);
        var got = await cli.RunAsync("archive", "get", Study, "--to", "out");
        Assert.Equal((0, 2), (got.ExitCode, got.Lines.Length));
        Assert.All(got.Lines, path => Assert.True(File.Exists(path)));
        Assert.Equal(1, (await cli.RunAsync("archive", "get", "1.2.3")).ExitCode);
        var check = await cli.RunAsync("archive", "check");
        Assert.Equal((0, ""), (check.ExitCode, check.Output));
        Assert.Contains("1 studies, 2 objects", check.Error, StringComparison.Ordinal);

        var file = (await cli.RunAsync("archive", "list", Study)).Lines[0].Split('\t')[^1];
        using (var stored = File.Open(file, FileMode.Open, FileAccess.ReadWrite))
        {
            stored.Position = stored.Length - 3;
            var value = stored.ReadByte();
            stored.Position--;
            stored.WriteByte((byte)(value ^ 1));
        }

        check = await cli.RunAsync("archive", "check", Study);
        Assert.Equal(3, check.ExitCode);
        Assert.Contains(file + ": chunk 0 is not what was written there (byte 44)", Assert.Single(check.Lines), StringComparison.Ordinal);
        Assert.Equal(3, (await cli.RunAsync("archive", "get", Study, "--to", "out2")).ExitCode);

        var plan = await cli.RunAsync("archive", "sweep", "--abandoned-after", "0 s");
        Assert.Equal(["uploads\t0\t\twould be deleted", "unfinished files\t0\t\twould be deleted", "object files\t0\t0\twould be deleted"], plan.Lines);
        Assert.Equal(2, (await cli.RunAsync("archive", "sweep", "--abandoned-after", "soon")).ExitCode);
        Assert.Equal(0, (await cli.RunAsync("archive", "sweep", "--execute")).ExitCode);

        await database.KillAsync();
        var away = await cli.RunAsync("archive", "list");
        Assert.Equal(1, away.ExitCode);
        Assert.Contains("cannot be reached", away.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_its_settings_it_says_what_is_missing_and_never_the_key()
    {
        var run = await CliRun.RunAsync("archive", "list", "--set", "Postgres:ConnectionString=Host=nowhere");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("MedStreams:Archive:Folder is not set", run.Error, StringComparison.Ordinal);
        run = await CliRun.RunAsync(
            "archive", "list", "--set", "Postgres:ConnectionString=Host=nowhere", "--set", "Archive:Folder=/tmp/x", "--set", "Archive:Keys:k1=verysecret");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("must be file:PATH or env:NAME", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("verysecret", run.Error, StringComparison.Ordinal);
    }

    private static async Task<string> BytesAsync(CliRunner cli) =>
        (await cli.RunAsync("archive", "list", Study)).Lines.Sum(line => long.Parse(line.Split('\t')[4], System.Globalization.CultureInfo.InvariantCulture)).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static async Task FillAsync(string connectionString, string folder, CancellationToken stop)
    {
        var keys = new ArchiveKeyRing([new ArchiveKey("k1", new byte[32])], "k1");
        await using var archive = new StudyArchive(new ArchiveOptions { ConnectionString = connectionString, Folder = Path.Combine(folder, "archive"), Keys = keys });
        var data = new DicomDataSet();
        data.Set(Tags.SopClassUid, DicomVr.UI, "1.2.840.10008.5.1.4.1.1.7");
        data.Set(Tags.SopInstanceUid, DicomVr.UI, Study + ".1.1");
        var image = DicomFile.ToBytes(data, TransferSyntax.ExplicitLittleEndian, Implementation.MedStreams);
        using var bytes = new MemoryStream(image.ToArray());
        var digest = (await DicomFile.ReadAsync(bytes, cancellationToken: stop)).ObjectDigest;
        var document = "a report"u8.ToArray();
        StudyObject[] objects =
        [
            new() { Id = Study + ".1.1", Kind = StudyObjectKind.Instance, SeriesInstanceUid = Study + ".1" },
            new() { Id = "report.pdf", Kind = StudyObjectKind.Document, MediaType = "application/pdf" },
        ];
        var exam = new ExamRecord { StudyInstanceUid = Study, StudyDate = new DateOnly(2026, 11, 21), Department = "CT" };
        var spool = new Spool(Path.Combine(folder, "spool"));
        await using var upload = await archive.BeginAsync(new StudyCollection(exam, objects, []), 1, stop);
        await StoreAsync(objects[0], image, digest);
        await StoreAsync(objects[1], document, ObjectDigest.Of(System.Security.Cryptography.SHA256.HashData(document), document.Length));
        await upload.CommitAsync(stop);

        async Task StoreAsync(StudyObject what, ReadOnlyMemory<byte> content, ObjectDigest counted)
        {
            var spooled = await spool.CreateAsync(stop);
            await using (var to = spooled.OpenWrite())
                await to.WriteAsync(content, stop);
            await using var fetched = new FetchedObject(what, spooled, counted);
            await upload.StoreAsync(fetched, stop);
        }
    }
}
