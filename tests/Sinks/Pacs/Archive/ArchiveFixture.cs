using System.Security.Cryptography;
using MedStreams.Dicom;
using MedStreams.Dicom.Pacs;
using MedStreams.Sinks.Pacs.Archive;

namespace MedStreams.Sinks.Tests.Pacs.Archive;

/// <summary>An archive of a test's own: a new database, a new folder, a spool; and made-up studies.</summary>
internal sealed class ArchiveFixture : IAsyncDisposable
{
    private static int _studies;
    private readonly string _root;

    private ArchiveFixture(TestDatabase database, string root)
    {
        (Database, _root) = (database, root);
        Spool = new Spool(Path.Combine(root, "spool"), memory: 0);
        Options = new ArchiveOptions { ConnectionString = database.ConnectionString, Folder = Path.Combine(root, "archive") };
    }

    public TestDatabase Database { get; }

    public Spool Spool { get; }

    public ArchiveOptions Options { get; init; }

    public string Folder => Options.Folder;

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<ArchiveFixture> CreateAsync(PostgresFixture postgres)
    {
        var root = Path.Combine(Path.GetTempPath(), "medstreams-archive-" + Path.GetRandomFileName());
        Directory.CreateDirectory(root);
        return new ArchiveFixture(await postgres.DatabaseAsync(), root);
    }

    public StudyArchive Open(Func<ArchiveOptions, ArchiveOptions>? change = null, IArchiveFiles? files = null)
    {
        var options = change is null ? Options : change(Options);
        return files is null ? new StudyArchive(options) : new StudyArchive(options, files);
    }

    /// <summary>All object files, without their folders.</summary>
    public IReadOnlyList<string> ObjectFiles() => FilesOf("objects");

    /// <summary>What was left in the folder of unfinished files.</summary>
    public IReadOnlyList<string> Unfinished() => FilesOf("tmp");

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_root, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Puts an object into the spool, as a fetcher does.</summary>
    public async Task<FetchedObject> FetchAsync(MadeObject made)
    {
        var content = await Spool.CreateAsync(Stop);
        await using (var to = content.OpenWrite())
            await to.WriteAsync(made.Bytes, Stop);
        return new FetchedObject(made.Object, content, made.Digest) { Syntax = made.Syntax };
    }

    public async Task<StoredObject> StoreAsync(IStudyUpload upload, MadeObject made)
    {
        await using var fetched = await FetchAsync(made);
        return await upload.StoreAsync(fetched, Stop);
    }

    /// <summary>The whole way of a study.</summary>
    public async Task<IReadOnlyList<StoredObject>> PutAsync(StudyArchive archive, MadeStudy study, int attempt = 1)
    {
        await using var upload = await archive.BeginAsync(study.Collection, attempt, Stop);
        var stored = new List<StoredObject>();
        foreach (var made in study.Objects)
            stored.Add(await StoreAsync(upload, made));
        await upload.CommitAsync(Stop);
        return stored;
    }

    /// <summary>A study of instances and documents.</summary>
    public static MadeStudy Study(int instances = 3, int documents = 1, int pixels = 512, string? uid = null)
    {
        var number = Interlocked.Increment(ref _studies);
        uid ??= $"1.2.826.0.1.3680043.10.1429.{number}";
        var objects = new List<MadeObject>();
        for (var i = 0; i < instances; i++)
            objects.Add(Instance(uid, $"{uid}.{(i % 2) + 1}", $"{uid}.9.{i}", i + 1, pixels));
        for (var i = 0; i < documents; i++)
            objects.Add(Document($"报告-{i}.pdf", 2_000, seed: i));
        var exam = new ExamRecord
        {
            StudyInstanceUid = uid,
            PatientId = $"SYN{number:D5}",
            IssuerOfPatientId = "HIS",
            PatientName = "Wang^XiaoDong=王^小东",
            AccessionNumber = $"A{number}",
            StudyDate = new DateOnly(2026, 1, 1).AddDays(number % 300),
            StudyTime = new TimeOnly(8, 30, 15),
            Department = number % 2 == 0 ? "放射科" : "CT",
            Description = "Thorax",
            Modalities = ["CT"],
            Attributes = new Dictionary<string, string>(StringComparer.Ordinal) { ["path"] = "/old/1" },
        };
        return new MadeStudy(exam, objects);
    }

    public static MadeObject Instance(string study, string series, string uid, int number, int pixels = 512, int seed = 0, TransferSyntax? syntax = null)
    {
        syntax ??= TransferSyntax.ExplicitLittleEndian;
        var data = new DicomDataSet(syntax.IsBigEndian);
        data.Set(Tags.SopClassUid, DicomVr.UI, "1.2.840.10008.5.1.4.1.1.7");
        data.Set(Tags.SopInstanceUid, DicomVr.UI, uid);
        data.Set(Tags.Modality, DicomVr.CS, "CT");
        data.Set(Tags.StudyInstanceUid, DicomVr.UI, study);
        data.Set(Tags.SeriesInstanceUid, DicomVr.UI, series);
        data.Set(Tags.InstanceNumber, DicomVr.IS, $"{number}");
        var values = new byte[pixels];
        new Random((number * 7919) + (seed * 31) + uid.Length).NextBytes(values);
        Array.Clear(values, pixels / 2, pixels - (pixels / 2)); // something that can be compressed
        data.Set(DicomElement.Of(Tags.PixelData, DicomVr.OW, values));
        var bytes = DicomFile.ToBytes(data, syntax, Implementation.MedStreams).ToArray();
        using var stream = new MemoryStream(bytes);
        var read = DicomFile.ReadAsync(stream).GetAwaiter().GetResult();
        var what = new StudyObject { Id = uid, Kind = StudyObjectKind.Instance, SeriesInstanceUid = series, InstanceNumber = number };
        return new MadeObject(what, bytes, read.ObjectDigest, syntax);
    }

    public static MadeObject Document(string name, int length, int seed = 0)
    {
        var bytes = new byte[length];
        new Random(seed + name.Length).NextBytes(bytes);
        var what = new StudyObject { Id = name, Kind = StudyObjectKind.Document, MediaType = "application/pdf" };
        return new MadeObject(what, bytes, ObjectDigest.Of(SHA256.HashData(bytes), length), null);
    }

    private List<string> FilesOf(string folder)
    {
        var path = Path.Combine(Folder, folder);
        return Directory.Exists(path) ? [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)] : [];
    }
}

/// <summary>A study that was made up.</summary>
internal sealed record MadeStudy(ExamRecord Exam, IReadOnlyList<MadeObject> Objects)
{
    public string Uid => Exam.StudyInstanceUid;

    public StudyCollection Collection => new(Exam, [.. Objects.Select(o => o.Object)], []);

    /// <summary>What a whole and sound archive tells of it at the highest level.</summary>
    public IEnumerable<HeldObject> Expected =>
        Objects.Select(o => HeldObject.Of(o.Object.Id, o.Digest)).OrderBy(o => o.Id, StringComparer.Ordinal);
}

/// <summary>An object that was made up.</summary>
internal sealed record MadeObject(StudyObject Object, byte[] Bytes, ObjectDigest Digest, TransferSyntax? Syntax);
