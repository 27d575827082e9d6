using System.Diagnostics;
using System.Text.Json;
using MedStreams.Dicom.Editing;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Tests.Foreign;
using MedStreams.Dicom.Writing;
using MedStreams.Support.DicomWeb;
using MedStreams.Support.Volume;

namespace MedStreams.Dicom.Tests.Editing;

/// <summary>Rules applied to whole instances.</summary>
public sealed class InstanceEditorTests : IDisposable
{
    private const string Rules =
        """
        {
          "modifiedAt": "2026-01-31T08:00:00+08:00", "modifyingSystem": "MIGRATION", "source": "OLD PACS", "reason": "COERCE",
          "rules": [
            {"copy": "0010,0020", "to": "0010,1000"},
            {"prefix": "0010,0020", "with": "A-"},
            {"set": "0010,0021", "to": "NEW HOSPITAL"},
            {"prefix": "(0008,0050)", "with": "X"},
            {"remove": "00080030"}
          ]
        }
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly Spool _spool;

    public InstanceEditorTests() => _spool = new Spool(_folder.Path, memory: 0);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_record_becomes_what_the_changed_instances_tell()
    {
        var editor = new InstanceEditor(TagRulesReader.Read(Rules, "."), _spool);
        var exam = new ExamRecord { StudyInstanceUid = "1.2", PatientId = "P1", PatientName = "王^小东", AccessionNumber = "7", StudyDate = new DateOnly(2020, 1, 2), Department = "R" };

        Assert.Equal(exam with { PatientId = "A-P1", IssuerOfPatientId = "NEW HOSPITAL", AccessionNumber = "X7" }, editor.Apply(exam));
        Assert.Throws<TagRuleException>(() => editor.Apply(exam with { PatientId = "P\\1" }));
    }

    [Fact]
    public async Task Attributes_change_in_every_transfer_syntax_and_all_else_stays()
    {
        var editor = new InstanceEditor(TagRulesReader.Read(Rules, "."), _spool);
        var syntaxes = new HashSet<string>();
        foreach (var instance in GeneratedVolume.Of(new VolumeOptions { Instances = 120, FilmBytes = 1 << 20, HasRecodables = true }).Instances)
        {
            await using var original = await FetchedAsync(instance.ToFile(), instance.Object);
            await using var edited = (await editor.ApplyAsync(original, default))!;
            syntaxes.Add(edited.Syntax!.Uid);
            Assert.Equal(instance.Syntax, edited.Syntax);
            var (before, after) = (await ReadAsync(original), await ReadAsync(edited));
            Assert.Equal("A-" + instance.Exam.PatientId, after.DataSet.Text(Tags.PatientId));
            Assert.Equal(instance.Exam.PatientId, after.DataSet.Text(new DicomTag(0x0010, 0x1000)));
            Assert.Equal("NEW HOSPITAL", after.DataSet.Text(Tags.IssuerOfPatientId));
            Assert.Equal("X" + instance.Exam.AccessionNumber, after.DataSet.Text(Tags.AccessionNumber));
            Assert.False(after.DataSet.Contains(Tags.StudyTime));
            Assert.Equal(instance.Exam.PatientName, after.DataSet.Text(Tags.PatientName));
            AssertSameBeside(before.DataSet, after.DataSet, "00080030", "00080050", "00100020", "00100021", "00101000", "04000561", "00080000", "00100000");
            AssertOriginals(instance, after.DataSet);
            await using var again = (await editor.ApplyAsync(original, default))!;
            Assert.Equal(edited.Digest, again.Digest); // or a second attempt would be a conflict
        }

        Assert.True(syntaxes.Count >= 8, string.Join(" ", syntaxes));
    }

    [Fact]
    public async Task What_no_rule_changes_is_not_touched()
    {
        var rules = new TagRules([new SetRule(Tags.IssuerOfPatientId, ["X"], OnlyWhereEmpty: true), new RemoveRule(new DicomTag(0x0010, 0x4000)), new PrefixRule(new DicomTag(0x0040, 0x2016), "S")])
        {
            ModifiedAt = DateTimeOffset.UnixEpoch,
        };
        var instance = GeneratedVolume.Of(new VolumeOptions { Instances = 1 }).Instances.First();
        await using var original = await FetchedAsync(instance.ToFile(), instance.Object);
        Assert.Null(await new InstanceEditor(rules, _spool).ApplyAsync(original, default));
        Assert.Equal(original.Content.Length, _spool.Used);
    }

    [Fact]
    public async Task Pydicom_reads_what_changed_and_what_was_there()
    {
        var python = new ProcessStartInfo("/usr/bin/python3") { RedirectStandardOutput = true, UseShellExecute = false };
        python.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Foreign", "originals.py"));
        var editor = new InstanceEditor(TagRulesReader.Read(Rules, "."), _spool);
        var edited = new List<FetchedObject>();
        var (expected, refused) = (new List<string>(), new List<string>());
        foreach (var path in ForeignFiles.All)
        {
            await using var file = File.OpenRead(path);
            SpooledInstance original;
            try
            {
                original = await SpooledInstance.ReceiveFileAsync(file, _spool, default);
            }
            catch (DicomException)
            {
                continue; // no instance, or broken on purpose
            }

            var one = original.As(new StudyObject { Id = original.Identity.SopInstanceUid, Kind = StudyObjectKind.Instance });
            try
            {
                edited.Add((await editor.ApplyAsync(one, default))!);
            }
            catch (TagRuleException e)
            {
                refused.Add($"{Path.GetFileName(path)}: {e.Message[..39]}");
                continue;
            }

            var data = (await ReadAsync(one)).DataSet;
            expected.Add(data.Text(Tags.PatientId) ?? "");
            python.ArgumentList.Add(edited[^1].Content.FilePath);
        }

        using var process = Process.Start(python)!;
        var lines = (await process.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await process.WaitForExitAsync();
        Assert.Equal(edited.Count, lines.Length);
        Assert.True(edited.Count > 60);
        // The first has elements twice, the second is implicit and says that it is JPEG.
        Assert.Equal(["winter.dcm: The elements of the object are not in t", "SC_rgb_jpeg.dcm: The object is not written in the transf"], refused);
        foreach (var (line, id) in lines.Zip(expected))
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            Assert.Equal(id.Length == 0 ? "" : "A-" + id, root.GetProperty("id").GetString());
            Assert.Equal("NEW HOSPITAL", root.GetProperty("issuer").GetString());
            Assert.Equal(id, root.GetProperty("old").GetString() ?? "");
            Assert.Equal("MIGRATION|OLD PACS|COERCE|20260131080000.000000+0800", root.GetProperty("told").GetString());
        }
    }

    [Fact]
    public async Task An_identity_that_no_table_knows_is_refused_without_being_told()
    {
        var table = Path.Combine(_folder.Path, "ids.csv");
        await File.WriteAllTextAsync(table, "P001000000,N1\nP001000001,N2\n");
        var rules = TagRulesReader.Read("""{"modifiedAt":"2026-01-01","rules":[{"map":"0010,0020","file":"ids.csv"}]}""", _folder.Path);
        var editor = new InstanceEditor(rules, _spool);
        var (refused, mapped) = (0, 0);
        foreach (var instance in GeneratedVolume.Of(new VolumeOptions { Instances = 200 }).Studies.Select(s => s.Instances[0]))
        {
            await using var original = await FetchedAsync(instance.ToFile(), instance.Object);
            if (instance.Exam.PatientId is "P001000000" or "P001000001")
            {
                await using var edited = (await editor.ApplyAsync(original, default))!;
                Assert.Matches("^N[12]$", (await ReadAsync(edited)).DataSet.Text(Tags.PatientId));
                mapped++;
            }
            else
            {
                var error = await Assert.ThrowsAsync<TagRuleException>(() => editor.ApplyAsync(original, default));
                Assert.DoesNotContain(instance.Exam.PatientId, error.Message, StringComparison.Ordinal);
                refused++;
            }
        }

        Assert.True(mapped == 4 && refused > 3, $"{mapped} {refused}");
    }

    [Fact]
    public async Task An_object_whose_number_stands_behind_its_pixels_is_refused_and_not_given_a_second_one()
    {
        var dataSet = new DicomDataSet();
        foreach (var tag in (DicomTag[])[Tags.SopClassUid, Tags.SopInstanceUid, Tags.StudyInstanceUid])
            dataSet.Set(tag, DicomVr.UI, "1.2");
        dataSet.Set(DicomElement.Of(Tags.PixelData, DicomVr.OW, new byte[100_000]));
        var behind = new DicomDataSet();
        behind.Set(Tags.PatientId, DicomVr.LO, "1");
        var file = DicomFile.ToBytes(dataSet, TransferSyntax.ExplicitLittleEndian, Implementation.MedStreams).ToArray();
        await using var original = await FetchedAsync(
            (byte[])[.. file, .. DicomEncoder.ToBytes(behind, TransferSyntax.ExplicitLittleEndian).Span], new StudyObject { Id = "1.2", Kind = StudyObjectKind.Instance });
        var editor = new InstanceEditor(TagRulesReader.Read(Rules, "."), _spool);
        Assert.Contains("order", (await Assert.ThrowsAsync<TagRuleException>(() => editor.ApplyAsync(original, default))).Message, StringComparison.Ordinal);
    }

    private static void AssertOriginals(GeneratedInstance instance, DicomDataSet after)
    {
        Assert.True(after.TryGet(Tags.OriginalAttributesSequence, out var sequence));
        var item = sequence.Items![^1].DataSet;
        Assert.Equal("20260131080000.000000+0800", item.Text(new DicomTag(0x0400, 0x0562)));
        Assert.Equal("MIGRATION", item.Text(new DicomTag(0x0400, 0x0563)));
        Assert.True(item.TryGet(new DicomTag(0x0400, 0x0550), out var modified));
        var old = Assert.Single(modified.Items!).DataSet;
        Assert.Equal(instance.Exam.PatientId, old.Text(Tags.PatientId));
        Assert.Equal(instance.Exam.IssuerOfPatientId, old.Text(Tags.IssuerOfPatientId));
        Assert.Equal(instance.Exam.AccessionNumber, old.Text(Tags.AccessionNumber));
        Assert.True(old.Contains(Tags.StudyTime));
        Assert.True(old.TryGet(new DicomTag(0x0010, 0x1000), out var added) && added.Value.IsEmpty);
    }

    private static void AssertSameBeside(DicomDataSet before, DicomDataSet after, params string[] changed)
    {
        string[] Describe(DicomDataSet dataSet) =>
        [
            .. dataSet.Elements.Where(e => !changed.Contains($"{e.Tag.Group:X4}{e.Tag.Element:X4}"))
                .Select(e => $"{e} {Convert.ToHexString(e.Value.Span)} {string.Join(' ', (e.Fragments ?? []).Select(f => Convert.ToHexString(f.Span)))}"),
        ];
        Assert.Equal(Describe(before), Describe(after));
    }

    private static async Task<DicomFile> ReadAsync(FetchedObject one)
    {
        await using var content = one.Content.OpenRead();
        return await DicomFile.ReadAsync(content, new DicomReadOptions { KeepsLongValues = true });
    }

    private async Task<FetchedObject> FetchedAsync(ReadOnlyMemory<byte> file, StudyObject as_) =>
        (await SpooledInstance.ReceiveFileAsync(new MemoryStream(file.ToArray()), _spool, default)).As(as_);
}
