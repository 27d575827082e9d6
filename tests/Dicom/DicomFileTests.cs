using System.Security.Cryptography;
using MedStreams.Dicom.Tests.Foreign;
using MedStreams.Dicom.Writing;

namespace MedStreams.Dicom.Tests;

/// <summary>Files that others wrote.</summary>
public sealed class DicomFileTests
{
    private static readonly string[] Unreadable = ["MR_truncated.dcm", "no_meta.dcm", "rtplan_truncated.dcm"];

    [Fact]
    public async Task Every_file_comes_out_again_byte_for_byte()
    {
        var (read, refused) = (0, new List<string>());
        foreach (var path in ForeignFiles.All)
        {
            var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
            try
            {
                var file = await DicomFile.ReadAsync(new MemoryStream(bytes), new DicomReadOptions { KeepsLongValues = true }, TestContext.Current.CancellationToken);
                read++;
                var written = DicomEncoder.ToBytes(file.DataSet, file.Syntax);
                Assert.Equal(file.Length, written.Length);
                Assert.Equal(Convert.ToHexString(file.Digest.Span), Convert.ToHexString(SHA256.HashData(written.Span)));
                if (!file.Syntax.IsDeflated)
                    Assert.True(bytes.AsSpan(bytes.Length - written.Length).SequenceEqual(written.Span), path);
            }
            catch (DicomException e)
            {
                refused.Add($"{Path.GetFileName(path)}: {e.Fault}");
            }
        }

        Assert.Equal(
            [
                "MR_truncated.dcm: Truncated at byte 1488, element (7FE0,0010)",
                "no_meta.dcm: NotDicom at byte 0, element (0000,0000)",
                "rtplan_truncated.dcm: Truncated at byte 1410, element (300A,00B0)",
            ],
            refused);
        Assert.True(read > 80);
    }

    [Fact]
    public async Task Texts_are_what_pydicom_reads()
    {
        var files = ForeignFiles.All;
        var (compared, differences) = (0, new List<string>());
        foreach (var (path, one) in await ForeignFiles.DescribeAsync(files))
        {
            if (Unreadable.Contains(Path.GetFileName(path)))
                continue;
            await using var stream = File.OpenRead(path);
            var file = await DicomFile.ReadAsync(stream, cancellationToken: TestContext.Current.CancellationToken);
            if (one.GetProperty("syntax").GetString() is { Length: > 0 } syntax)
                Assert.Equal(syntax, file.Syntax.Uid);
            foreach (var texts in one.GetProperty("texts").EnumerateObject())
            {
                if (Find(file.DataSet, texts.Name) is not { } place || place.Element.Vr == DicomVr.UN)
                    continue; // pydicom knows more tags than are written
                compared++;
                var expected = texts.Value.EnumerateArray().Select(t => t.GetString()!.Trim(' ', '\0').ReplaceLineEnd()).ToList();
                // pydicom leaves out the empty last group of a name.
                var actual = place.In.Texts(place.Element.Tag).Select(t => (place.Element.Vr == DicomVr.PN ? t.TrimEnd('=') : t).Trim(' ').ReplaceLineEnd()).ToList();
                if (actual is [""])
                    actual = [];
                if (expected is [""])
                    expected = [];
                if (!expected.SequenceEqual(actual))
                    differences.Add($"{Path.GetFileName(path)} {texts.Name} {place.Element.Vr} [{string.Join("|", place.In.CharacterSet.Terms)}]: {string.Join("|", actual)} instead of {string.Join("|", expected)}");
            }
        }

        Assert.True(differences.Count == 0, string.Join("\n", differences));
        Assert.True(compared > 2_000, $"{compared}");
    }

    private static (DicomDataSet In, DicomElement Element)? Find(DicomDataSet dataSet, string path)
    {
        var at = dataSet;
        foreach (var step in path.Split('.')[..^1])
        {
            if (!DicomTag.TryParse(step[..8], out var tag) || !at.TryGet(tag, out var sequence) || sequence.Items is null)
                return null;
            at = sequence.Items[int.Parse(step[9..^1])].DataSet;
        }

        return DicomTag.TryParse(path.Split('.')[^1], out var last) && at.TryGet(last, out var element) ? (at, element) : null;
    }
}

internal static class Lines
{
    public static string ReplaceLineEnd(this string text) => text.ReplaceLineEndings("\n");
}
