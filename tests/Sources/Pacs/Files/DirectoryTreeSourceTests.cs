using System.Text;
using MedStreams.Dicom;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Pacs.Inspecting;
using MedStreams.Sources.Pacs.Files;
using MedStreams.Support;

namespace MedStreams.Sources.Tests.Pacs.Files;

/// <summary>A tree of files as an old PACS.</summary>
public sealed class DirectoryTreeSourceTests : IDisposable
{
    private static readonly byte[] Pdf = "%PDF-1.4 a report"u8.ToArray();

    private readonly Folder _tree = new();
    private readonly Folder _index = new();
    private readonly ManualTime _time = new();

    public void Dispose()
    {
        _tree.Dispose();
        _index.Dispose();
    }

    private DirectoryTreeOptions Options => new() { Roots = [_tree.Root], IndexFolder = _index.At("index"), TimeProvider = _time };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task S3_1_Studies_are_found_whatever_their_files_are_called_and_however_they_are_written()
    {
        _tree.Put("1/IM000001", new Instances { Instance = "1.1" }.Bytes());
        _tree.Put("1/picture.jpg", new Instances { Instance = "1.2", Number = 2 }.Bytes(TransferSyntax.ImplicitLittleEndian));
        _tree.Put("2/old.dat", new Instances { Instance = "1.3", Series = "1.2.3.2", Modality = "SR" }.Bytes(TransferSyntax.ImplicitLittleEndian, isBare: true));
        _tree.Put("2/deflated", new Instances { Instance = "1.4", Series = "1.2.3.2" }.Bytes(TransferSyntax.DeflatedExplicitLittleEndian));
        await using var source = new DirectoryTreeSource(Options);

        var page = await source.ReadPageAsync(ExamWindow.Everything, null, 50, Token);

        var exam = Assert.Single(page.Exams);
        Assert.Null(page.Continuation);
        Assert.Null(page.Alarm);
        Assert.Equal("1.2.3", exam.StudyInstanceUid);
        Assert.Equal("王^小东", exam.PatientName);
        Assert.Equal("放射科", exam.Department);
        Assert.Equal(new DateOnly(2024, 1, 5), exam.StudyDate);
        Assert.Equal(["CT", "SR"], exam.Modalities);
        Assert.Equal((2, 4), (exam.Series, exam.Instances));
        var study = (await source.CollectAsync(exam, Token))!;
        Assert.Equal(["1.1", "1.2", "1.3", "1.4"], study.Objects.Select(o => o.Id).Order(StringComparer.Ordinal));
        Assert.All(study.Objects, o => Assert.True(FileLocation.TryParse(o.Location!, out var path) && new FileInfo(path).Length == o.Bytes));
        Assert.Equal(TransferSyntax.DeflatedExplicitLittleEndian.Uid, study.Objects.Single(o => o.Id == "1.4").TransferSyntaxUid);
        Assert.Empty(study.Notes);
    }

    [Fact]
    public async Task S3_2_Windows_and_pages_give_each_study_once_and_those_without_a_date_apart()
    {
        for (var i = 0; i < 23; i++)
            _tree.Put($"{i}/1.dcm", new Instances { Study = $"1.{i}", Instance = $"1.{i}.1", Date = i % 5 == 0 ? (i == 0 ? "no date" : null) : $"202401{(i % 3) + 1:D2}" }.Bytes());
        await using var source = new DirectoryTreeSource(Options);
        var all = await ReadAsync(source, ExamWindow.Everything, 4);
        var without = await ReadAsync(source, ExamWindow.WithoutDate, 2);
        var first = await ReadAsync(source, ExamWindow.Days(new DateOnly(2024, 1, 1), new DateOnly(2024, 1, 1)), 3);
        var others = await ReadAsync(source, ExamWindow.Days(new DateOnly(2024, 1, 2), new DateOnly(2030, 1, 1)), 3);

        Assert.Equal(23, all.Distinct().Count());
        Assert.Equal(23, all.Count);
        Assert.Equal(5, without.Count);
        Assert.Equal(all.Order(StringComparer.Ordinal), without.Concat(first).Concat(others).Order(StringComparer.Ordinal));
        Assert.Empty(await ReadAsync(source, ExamWindow.Days(new DateOnly(2023, 1, 1), new DateOnly(2023, 12, 31)), 3));
    }

    [Fact]
    public async Task S3_2_A_restart_reads_no_file_again_that_has_not_changed_and_goes_on_with_the_same_pages()
    {
        for (var i = 0; i < 40; i++)
            _tree.Put($"{i}.dcm", new Instances { Study = $"1.{i}", Instance = $"1.{i}.1" }.Bytes());
        ExamPage page;
        await using (var source = new DirectoryTreeSource(Options))
        {
            page = await source.ReadPageAsync(ExamWindow.Everything, null, 10, Token);
            Assert.Equal(40, source.Progress.Read);
        }

        _tree.Put("7.dcm", new Instances { Study = "1.7", Instance = "1.7.1", Pixels = 3000 }.Bytes());
        File.Delete(_tree.At("8.dcm"));
        await using (var source = new DirectoryTreeSource(Options))
        {
            await source.ScanAsync(Token);
            Assert.Equal(39, source.Progress.Met);
            Assert.Equal(1, source.Progress.Read);
            var rest = new List<string>(page.Exams.Select(e => e.StudyInstanceUid));
            for (var at = page.Continuation; at is not null; at = page.Continuation)
            {
                page = await source.ReadPageAsync(ExamWindow.Everything, at, 10, Token);
                rest.AddRange(page.Exams.Select(e => e.StudyInstanceUid));
            }

            Assert.Equal(39, rest.Distinct(StringComparer.Ordinal).Count());
            Assert.DoesNotContain("1.8", rest);
        }
    }

    [Fact]
    public async Task S3_6_Documents_find_their_study_by_folder_by_path_and_by_table()
    {
        _tree.Put("s1/1.dcm", new Instances { Study = "1.1", Instance = "1.1.1", Accession = "ACC1" }.Bytes());
        _tree.Put("s2/1.dcm", new Instances { Study = "1.2", Instance = "1.2.1", Accession = "ACC2" }.Bytes());
        _tree.Put("s1/report.pdf", Pdf);
        _tree.Put("s1/more/report.pdf", Pdf);
        _tree.Put("reports/ACC2/final.bin", Pdf);
        _tree.Put("scans/a b,c.jpg", [0xFF, 0xD8, 0xFF, 0xE0]);
        _tree.Put("scans/nobody.pdf", Pdf);
        _tree.Put("reports/ACC9/lost.pdf", Pdf);
        _tree.Put("notes.md", "hello"u8.ToArray());
        _tree.Put("scans/table.csv", Encoding.UTF8.GetBytes("\uFEFFpath,study,name\r\n\"a b,c.jpg\",1.2,consent.jpg\r\n"));
        await using var source = new DirectoryTreeSource(Options with
        {
            DocumentTable = _tree.At("scans", "table.csv"),
            Documents = [new DocumentRule(@"^reports/(?<accession>[^/]+)/"), new DocumentRule(@"\.pdf$")],
            IgnoredNames = ["table.csv"],
        });

        var exams = (await source.ReadPageAsync(ExamWindow.Everything, null, 50, Token)).Exams;
        var one = (await source.CollectAsync(exams.Single(e => e.StudyInstanceUid == "1.1"), Token))!;
        var two = (await source.CollectAsync(exams.Single(e => e.StudyInstanceUid == "1.2"), Token))!;

        Assert.Equal(["report (2).pdf", "report.pdf"], Documents(one));
        Assert.Equal(["consent.jpg", "final.bin"], Documents(two));
        Assert.Equal("application/pdf", two.Objects.Single(o => o.Id == "final.bin").MediaType);
        Assert.Equal("image/jpeg", two.Objects.Single(o => o.Id == "consent.jpg").MediaType);
        var findings = await FindAsync(source);
        Assert.Equal(
            [(FindingKind.UnknownFile, "notes.md"), (FindingKind.UnmatchedDocument, "lost.pdf"), (FindingKind.UnmatchedDocument, "nobody.pdf")],
            findings.Select(f => (f.Kind, Path.GetFileName(f.Location!))).Order());

        // A second look, with a study that has come since, finds the lost one, and forgets nobody.
        _tree.Put("s9/1.dcm", new Instances { Study = "1.9", Instance = "1.9.1", Accession = "ACC9" }.Bytes());
        await source.ScanAsync(Token);
        Assert.Equal(["lost.pdf"], Documents((await source.CollectAsync(exams[0] with { StudyInstanceUid = "1.9" }, Token))!));
        Assert.Equal(["consent.jpg", "final.bin"], Documents((await source.CollectAsync(exams.Single(e => e.StudyInstanceUid == "1.2"), Token))!));
    }

    [Fact]
    public async Task Unreadable_files_are_told_and_not_lost()
    {
        var whole = new Instances().Bytes();
        _tree.Put("whole.dcm", whole);
        _tree.Put("cut.dcm", whole[..200]);
        _tree.Put("empty.dcm", []);
        _tree.Put("noise", [7, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        await using var source = new DirectoryTreeSource(Options);

        var page = await source.ReadPageAsync(ExamWindow.Everything, null, 50, Token);

        Assert.Single(page.Exams);
        Assert.Equal("Not all that lies in the tree can be moved: UnreadableFile 2, UnknownFile 1. The plan lists them.", page.Alarm);
        Assert.Equal(["cut.dcm", "empty.dcm", "noise"], (await FindAsync(source)).Select(f => Path.GetFileName(f.Location)!).Order(StringComparer.Ordinal));

        // The half file has been written to its end since.
        _tree.Put("cut.dcm", new Instances { Instance = "1.2.3.1.2" }.Bytes());
        await source.ScanAsync(Token);
        Assert.Equal(2, (await source.CollectAsync(page.Exams[0], Token))!.Objects.Count);
        Assert.Equal(2, (await FindAsync(source)).Count);
    }

    [Fact]
    public async Task Links_are_followed_into_declared_folders_only_and_never_in_circles()
    {
        using var elsewhere = new Folder();
        using var forbidden = new Folder();
        elsewhere.Put("a.dcm", new Instances { Instance = "2.1" }.Bytes());
        forbidden.Put("b.dcm", new Instances { Instance = "2.2" }.Bytes());
        _tree.Put("vol1/c.dcm", new Instances { Instance = "2.3" }.Bytes());
        Directory.CreateSymbolicLink(_tree.At("vol2"), elsewhere.Root);
        Directory.CreateSymbolicLink(_tree.At("vol2again"), elsewhere.Root);
        Directory.CreateSymbolicLink(elsewhere.At("loop"), elsewhere.Root);
        Directory.CreateSymbolicLink(elsewhere.At("back"), _tree.Root);
        Directory.CreateSymbolicLink(_tree.At("vol1", "up"), _tree.Root);
        Directory.CreateSymbolicLink(_tree.At("vol3"), forbidden.Root);
        File.CreateSymbolicLink(_tree.At("dangling"), "/nowhere/at/all");
        await using var source = new DirectoryTreeSource(Options with { LinkTargets = [elsewhere.Root] });

        var exam = Assert.Single((await source.ReadPageAsync(ExamWindow.Everything, null, 50, Token)).Exams);

        Assert.Equal(["2.1", "2.3"], (await source.CollectAsync(exam, Token))!.Objects.Select(o => o.Id).Order(StringComparer.Ordinal));
        Assert.Equal(2, source.Progress.Met);
        Assert.Equal(["dangling", "vol3"], (await FindAsync(source)).Select(f => Path.GetFileName(f.Location)!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_instance_that_is_there_twice_counts_once_and_is_noted()
    {
        _tree.Put("a/1.dcm", new Instances { Instance = "1.1" }.Bytes());
        _tree.Put("b/1.dcm", new Instances { Instance = "1.1" }.Bytes());
        _tree.Put("a/2.dcm", new Instances { Instance = "1.2" }.Bytes());
        var newer = _tree.Put("b/2.dcm", new Instances { Instance = "1.2", Shade = 9 }.Bytes());
        File.SetLastWriteTimeUtc(newer, File.GetLastWriteTimeUtc(newer).AddDays(1));
        await using var source = new DirectoryTreeSource(Options);

        var study = (await source.CollectAsync((await source.ReadPageAsync(ExamWindow.Everything, null, 50, Token)).Exams[0], Token))!;

        Assert.Equal(["1.1", "1.2"], study.Objects.Select(o => o.Id).Order(StringComparer.Ordinal));
        Assert.Equal(FileLocation.Of(newer), study.Objects.Single(o => o.Id == "1.2").Location);
        Assert.Equal(
            ["Instance 1.1 is there 2 times, all equal: it counts once.", "Instance 1.2 is there 2 times with 2 contents: the newest counts."],
            study.Notes.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_study_of_two_patients_is_told()
    {
        _tree.Put("1.dcm", new Instances { Instance = "1.1" }.Bytes());
        _tree.Put("2.dcm", new Instances { Instance = "1.2", PatientId = "P2" }.Bytes());
        await using var source = new DirectoryTreeSource(Options);

        await source.ScanAsync(Token);

        var finding = Assert.Single(await FindAsync(source));
        Assert.Equal((FindingKind.StudyOfSeveralPatients, "1.2.3"), (finding.Kind, finding.StudyInstanceUid));
    }

    [Fact]
    public async Task A_share_that_is_not_mounted_takes_nothing_out_of_the_index()
    {
        _tree.Put("vol/1.dcm", new Instances().Bytes());
        await using var source = new DirectoryTreeSource(Options);
        var exam = Assert.Single((await source.ReadPageAsync(ExamWindow.Everything, null, 50, Token)).Exams);
        Directory.Move(_tree.At("vol"), _index.At("away"));

        var scan = await Assert.ThrowsAsync<PacsException>(() => source.ScanAsync(Token));
        Assert.Equal(PacsFailure.Unavailable, scan.Failure);
        await Assert.ThrowsAsync<PacsException>(async () => await source.CollectAsync(exam, Token));

        Directory.Move(_index.At("away"), _tree.At("vol"));
        Assert.Single((await source.CollectAsync(exam, Token))!.Objects);
    }

    [Fact]
    public async Task A_file_that_goes_between_listing_and_collecting_is_noted()
    {
        _tree.Put("1.dcm", new Instances { Instance = "1.1" }.Bytes());
        var gone = _tree.Put("2.dcm", new Instances { Instance = "1.2" }.Bytes());
        await using var source = new DirectoryTreeSource(Options);
        var exam = (await source.ReadPageAsync(ExamWindow.Everything, null, 50, Token)).Exams[0];
        File.Delete(gone);

        var study = (await source.CollectAsync(exam, Token))!;

        Assert.Equal("1.1", Assert.Single(study.Objects).Id);
        Assert.Equal("A file that was there at the last look at the tree is gone: 1.2.", Assert.Single(study.Notes));
    }

    [Fact]
    public async Task A_study_that_is_still_being_written_waits()
    {
        var path = _tree.Put("1.dcm", new Instances().Bytes());
        File.SetLastWriteTimeUtc(path, _time.GetUtcNow().UtcDateTime.AddSeconds(-10));
        await using var source = new DirectoryTreeSource(Options with { QuietFor = TimeSpan.FromSeconds(30) });
        var exam = (await source.ReadPageAsync(ExamWindow.Everything, null, 50, Token)).Exams[0];

        await Assert.ThrowsAsync<PacsException>(async () => await source.CollectAsync(exam, Token));
        _time.Advance(TimeSpan.FromSeconds(25));
        Assert.NotNull(await source.CollectAsync(exam, Token));
    }

    [Fact]
    public async Task Files_that_a_DICOMDIR_names_and_that_are_not_there_are_told()
    {
        const string Data = "/usr/lib/python3/dist-packages/pydicom/data/test_files/dicomdirtests";
        Assert.SkipUnless(Directory.Exists(Data), "python3-pydicom is not installed");
        foreach (var file in Directory.EnumerateFiles(Data, "*", SearchOption.AllDirectories))
            _tree.Put(Path.GetRelativePath(Data, file), await File.ReadAllBytesAsync(file, Token));
        await using var source = new DirectoryTreeSource(Options);

        var page = await source.ReadPageAsync(ExamWindow.Everything, null, 100, Token);

        Assert.Equal(7, page.Exams.Count);
        Assert.Equal(["DICOMDIR-nooffset"], (await FindAsync(source)).Where(f => f.Kind == FindingKind.UnreadableFile).Select(f => Path.GetFileName(f.Location!)));
        Assert.DoesNotContain(await FindAsync(source), f => f.Kind == FindingKind.MissingFile);
        var gone = Directory.EnumerateFiles(_tree.At("77654033", "CR1")).First();
        File.Delete(gone);
        await source.ScanAsync(Token);
        var missing = (await FindAsync(source)).Where(f => f.Kind == FindingKind.MissingFile).ToList();
        Assert.Contains("DICOMDIR", missing.Select(m => Path.GetFileName(m.Location!)));
        Assert.Single(missing.Select(m => m.ObjectId).Distinct());
    }

    private static IEnumerable<string> Documents(StudyCollection study) =>
        study.Objects.Where(o => o.Kind == StudyObjectKind.Document).Select(o => o.Id).Order(StringComparer.Ordinal);

    private static async Task<List<string>> ReadAsync(DirectoryTreeSource source, ExamWindow window, int pageSize)
    {
        var (found, at) = (new List<string>(), (string?)null);
        do
        {
            var page = await source.ReadPageAsync(window, at, pageSize, Token);
            Assert.True(page.Exams.Count <= pageSize);
            found.AddRange(page.Exams.Select(e => e.StudyInstanceUid));
            at = page.Continuation;
        }
        while (at is not null);
        return found;
    }

    private static async Task<List<SourceFinding>> FindAsync(DirectoryTreeSource source)
    {
        var found = new List<SourceFinding>();
        await foreach (var finding in source.FindingsAsync(Token))
            found.Add(finding);
        return found;
    }
}
