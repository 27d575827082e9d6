using System.Text;
using MedStreams.Dicom.Pacs;
using MedStreams.Sources.Pacs.Declared;
using MedStreams.Sources.Tests.Pacs.Sql;
using MedStreams.Support;

namespace MedStreams.Sources.Tests.Pacs.Declared;

/// <summary>Sources that are declared in a file, as the guide shows them.</summary>
public sealed class DeclaredSourceTests(LegacyDatabase legacy) : IClassFixture<LegacyDatabase>, IDisposable
{
    private readonly Folder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_guides_database_lists_collects_and_fetches()
    {
        var declaration = SourceDeclaration.Read(Path.Combine(Repository.Root, "docs", "samples", "source-sql.json"));
        await using var source = DeclaredSource.Create(declaration, Context);

        var page = await source.Exams.ReadPageAsync(ExamWindow.Everything, null, 100, Token);
        var study = (await source.Collector.CollectAsync(page.Exams.Single(e => e.StudyInstanceUid == "1.2.1"), Token))!;
        var received = new List<string>();
        var missing = await source.Fetcher.FetchAsync(study.Exam, [.. study.Objects.Where(o => o.Location is null || o.Location.StartsWith("sql:", StringComparison.Ordinal))], (f, _) => Take(received, f), Token);

        Assert.Equal("王^小东", study.Exam.PatientName);
        Assert.Equal(["报告.pdf"], received);
        Assert.Equal("1.2.1.3", Assert.Single(missing).Object.Id);
    }

    [Fact]
    public async Task The_guides_folders_list_collect_and_fetch()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "samples", "source-folders.json"), Token);
        _folder.Put("vol1/s/1", new Instances { Instance = "1.1" }.Bytes());
        _folder.Put("vol2/s/2", new Instances { Instance = "1.2" }.Bytes());
        _folder.Put("vol1/reports/A1/final.pdf", "%PDF"u8.ToArray());
        _folder.Put("vol1/scans/table.csv", "path,study\nconsent.jpg,1.2.3\n"u8.ToArray());
        _folder.Put("vol1/scans/consent.jpg", [0xFF, 0xD8, 0xFF]);
        foreach (var file in Directory.EnumerateFiles(_folder.Root, "*", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch.AddYears(50));
        var declaration = _folder.Put("source.json", Encoding.UTF8.GetBytes(text.Replace("/mnt/pacs", _folder.Root, StringComparison.Ordinal)));
        await using var source = DeclaredSource.Create(SourceDeclaration.Read(declaration), Context);

        var exam = Assert.Single((await source.Exams.ReadPageAsync(ExamWindow.Everything, null, 100, Token)).Exams);
        var study = (await source.Collector.CollectAsync(exam, Token))!;
        var received = new List<string>();
        var missing = await source.Fetcher.FetchAsync(exam, study.Objects, (f, _) => Take(received, f), Token);

        Assert.Empty(missing);
        Assert.Equal(["1.1", "1.2", "consent.jpg", "final.pdf"], received.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{ \"Name\": \"x\" }")]
    [InlineData("{ \"Name\": \"x\", \"Folders\": { \"Roots\": [\"/x\"], \"Rots\": [] } }")]
    [InlineData("{ \"Name\": \"x\", \"Folders\": { \"Roots\": null } }")]
    [InlineData("{ \"Name\": \"x\", \"Folders\": { \"Roots\": [] } }")]
    [InlineData("{ \"Name\": \"x\", \"Folders\": { \"Roots\": [\"/x\"], \"Documents\": [ { \"Pattern\": \"(\" } ] } }")]
    [InlineData("{ \"Name\": \"x\", \"Folders\": { \"Roots\": [\"/x\"] }, \"Ftp\": { \"Host\": \"h\", \"NameEncoding\": \"klingon\" } }")]
    [InlineData("{ \"Name\": \"x\", \"Folders\": { \"Roots\": [\"/x\"] }, \"Ftp\": { \"Host\": \"h\", \"PasswordVariable\": \"NOT_SET\" } }")]
    [InlineData("not JSON")]
    public void A_declaration_that_is_wrong_is_told(string text)
    {
        var path = _folder.Put("source.json", Encoding.UTF8.GetBytes(text));

        var told = Assert.Throws<PacsException>(() => DeclaredSource.Create(SourceDeclaration.Read(path), Context));

        Assert.Equal(PacsFailure.Refused, told.Failure);
    }

    private DeclaredSourceContext Context => new()
    {
        Spool = new Spool(_folder.At("spool")),
        IndexFolder = _folder.At("index"),
        Variable = name => name == "NOT_SET" ? null : "secret",
        OpenDatabase = (connection, password) =>
        {
            Assert.Equal(("Host=10.0.0.7;Database=ris;Username=reader", "secret"), (connection, password));
            return legacy.Another();
        },
    };

    private static ValueTask Take(List<string> received, FetchedObject fetched)
    {
        lock (received)
            received.Add(fetched.Object.Id);
        return ValueTask.CompletedTask;
    }
}
