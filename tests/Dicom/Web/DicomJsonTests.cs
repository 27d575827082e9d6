using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MedStreams.Dicom.Tests.Foreign;
using MedStreams.Dicom.Web;
using MedStreams.Support.DicomWeb;

namespace MedStreams.Dicom.Tests.Web;

public sealed class DicomJsonTests
{
    [Fact]
    public void Values_of_all_kinds_are_read()
    {
        var dataSet = Read(
            """
            {
              "00100010": {"vr":"PN","Value":[{"Alphabetic":"Wang^XiaoDong","Ideographic":"王^小东"},{"Phonetic":"p"},"Plain^Name"]},
              "00080005": {"vr":"CS","Value":["ISO_IR 100"]},
              "00080060": {"vr":"CS","Value":["CT",null,"MR"]},
              "00080050": {"vr":"SH"},
              "00201208": {"vr":"IS","Value":["12"]},
              "00201206": {"vr":"IS","Value":[3.0]},
              "00180050": {"vr":"DS","Value":[1.50,"2.25"]},
              "00280010": {"vr":"US","Value":["512"]},
              "00720026": {"vr":"AT","Value":["0020000D"]},
              "00720082": {"vr":"SV","Value":["-9007199254740993"]},
              "00089459": {"vr":"FL","Value":[0.5,"NaN","-inf"]},
              "00420011": {"vr":"OB","InlineBinary":"AQID"},
              "7fe00010": {"vr":"OW","BulkDataURI":"../bulk/1"},
              "0020000d": {"Value":["1.2.3"]},
              "00081115": {"vr":"SQ","Value":[{"0020000E":{"vr":"UI","Value":["1.2"]}},{},null]},
              "00080000": {"vr":"UL","Value":[1]}
            }
            """);
        Assert.Equal(["Wang^XiaoDong=王^小东", "==p", "Plain^Name"], dataSet.Texts(Tags.PatientName));
        Assert.Equal("ISO_IR 192", dataSet.Text(Tags.SpecificCharacterSet));
        Assert.Equal(["CT", "", "MR"], dataSet.Texts(Tags.Modality));
        Assert.True(dataSet.Contains(Tags.AccessionNumber));
        Assert.Null(dataSet.Text(Tags.AccessionNumber));
        Assert.Equal(12, dataSet.Integer(Tags.NumberOfStudyRelatedInstances));
        Assert.Equal(3, dataSet.Integer(Tags.NumberOfStudyRelatedSeries));
        Assert.Equal(["1.50", "2.25"], dataSet.Texts(new DicomTag(0x0018, 0x0050)));
        Assert.Equal(512, dataSet.Integer(Tags.Rows));
        Assert.Equal("1.2.3", dataSet.Text(Tags.StudyInstanceUid));
        Assert.Equal("20000D00", Convert.ToHexString(Value(dataSet, 0x0072, 0x0026)));
        Assert.Equal(-9007199254740993, BitConverter.ToInt64(Value(dataSet, 0x0072, 0x0082)));
        Assert.Equal([0.5f, float.NaN, float.NegativeInfinity], System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(Value(dataSet, 0x0008, 0x9459)).ToArray());
        Assert.Equal("010203", Convert.ToHexString(Value(dataSet, 0x0042, 0x0011)));
        Assert.True(dataSet.TryGet(Tags.PixelData, out var pixels));
        Assert.Equal("../bulk/1", pixels.BulkDataUri);
        Assert.True(dataSet.TryGet(new DicomTag(0x0008, 0x1115), out var sequence));
        Assert.Equal([1, 0, 0], sequence.Items!.Select(item => item.DataSet.Elements.Count));
        Assert.Equal(dataSet.Elements.Select(e => e.Tag).Order(), dataSet.Elements.Select(e => e.Tag));
        Assert.False(dataSet.Contains(new DicomTag(0x0008, 0x0000)));
    }

    [Theory]
    [InlineData("[]", "the data set is no object")]
    [InlineData("""{"PatientName":{}}""", "the data set has a member whose name is no tag")]
    [InlineData("""{"00100010":{"vr":"PN","Value":["a"]},"00100010":{"vr":"PN"}}""", "(0010,0010) is there twice")]
    [InlineData("""{"00100010":3}""", "(0010,0010) is no object")]
    [InlineData("""{"00100010":{"vr":"pn"}}""", "(0010,0010) has a vr that is none")]
    [InlineData("""{"00100020":{"vr":"LO","Value":"geheim"}}""", "(0010,0020) has a Value that is no array")]
    [InlineData("""{"00100020":{"vr":"LO","Value":["ge\\heim"]}}""", "(0010,0020) has a value that LO cannot hold")]
    [InlineData("""{"00280010":{"vr":"US","Value":[70000]}}""", "(0028,0010) has a value that is none of US")]
    [InlineData("""{"00280010":{"vr":"OW","Value":[7]}}""", "(0028,0010) has a Value, which OW cannot have")]
    [InlineData("""{"00081115":{"vr":"SQ","Value":[{},{"00100020":{"vr":"LO","Value":[{}]}}]}}""", "(0008,1115)[1].(0010,0020) has a value that is none of LO")]
    [InlineData("""{"00420011":{"vr":"OB","InlineBinary":"?"}}""", "(0042,0011) has an InlineBinary that is no base64")]
    public void What_is_none_names_its_place_and_no_value(string json, string message)
    {
        var error = Assert.Throws<DicomWebException>(() => Read(json));
        Assert.Equal(DicomWebError.Malformed, error.Error);
        Assert.Equal($"DICOM JSON: {message}.", error.Message);
        Assert.False(error.MayBeRepeated);
    }

    [Fact]
    public void Numbers_keep_their_digits_and_what_is_no_number_of_JSON_is_a_string()
    {
        var dataSet = new DicomDataSet();
        dataSet.Set(new DicomTag(0x0018, 0x0050), DicomVr.DS, "1.50", "+1", ".5", "1E3", "");
        Assert.Equal("""{"00180050":{"vr":"DS","Value":[1.50,"+1",".5",1E3,null]}}""", Write(dataSet));
    }

    [Fact]
    public async Task All_foreign_files_go_through_JSON_without_loss()
    {
        var compared = 0;
        foreach (var path in ForeignFiles.All)
        {
            if (await ReadFileAsync(path) is not { Syntax.IsEncapsulated: false } file)
                continue;
            var again = Read(Write(file.DataSet));
            Assert.Equal(Write(again), Write(Read(Write(again))));
            foreach (var element in file.DataSet.Elements.Where(e => e.Vr.IsText && e.Tag != Tags.SpecificCharacterSet))
            {
                var (before, after) = (file.DataSet.Texts(element.Tag), again.Texts(element.Tag));
                if (before.All(v => v.Length == 0))
                    continue;
                compared++;
                Assert.Equal(before.Select(v => element.Vr == DicomVr.PN ? v.TrimEnd('=') : v), after);
            }
        }

        Assert.True(compared > 1_000, $"{compared}");
    }

    [Fact]
    public async Task The_JSON_that_pydicom_writes_is_the_same_data_set()
    {
        var files = ForeignFiles.All;
        var (compared, differences) = (0, new List<string>());
        foreach (var line in await PythonAsync("json_out.py", files))
        {
            using var document = JsonDocument.Parse(line);
            var path = document.RootElement.GetProperty("file").GetString()!;
            if (await ReadFileAsync(path) is not { } file || !document.RootElement.TryGetProperty("json", out var json))
                continue;
            var theirs = DicomJsonReader.Read(json);
            foreach (var element in theirs.Elements.Where(e => e.Vr.IsText && e.Tag != Tags.SpecificCharacterSet))
            {
                if (!file.DataSet.TryGet(element.Tag, out var ours) || ours.Vr != element.Vr)
                    continue;
                compared++;
                var (expected, actual) = (Joined(theirs, element.Tag), Joined(file.DataSet, element.Tag));
                if (expected != actual)
                    differences.Add($"{Path.GetFileName(path)} {element}: {actual} instead of {expected}");
            }
        }

        Assert.True(compared > 1_500, $"{compared}");
        Assert.True(differences.Count == 0, string.Join("\n", differences));
    }

    [Fact]
    public async Task Pydicom_reads_the_JSON_that_is_written()
    {
        using var folder = new TemporaryFolder();
        var (inputs, originals) = (new List<string>(), new Dictionary<string, string>());
        foreach (var path in ForeignFiles.All)
        {
            if (await ReadFileAsync(path) is not { Syntax: { IsEncapsulated: false, IsExplicit: true } } file || file.DataSet.Text(Tags.SopInstanceUid) is null)
                continue;
            var to = Path.Combine(folder.Path, $"{inputs.Count}.json");
            await File.WriteAllTextAsync(to, Write(file.DataSet));
            inputs.Add(to);
            originals[to] = path;
        }

        var answers = await PythonAsync("json_in.py", inputs.SelectMany(to => new[] { to, originals[to] }));
        Assert.DoesNotContain(answers, answer => answer.StartsWith("different", StringComparison.Ordinal));
        Assert.True(answers.Count(answer => answer.StartsWith("equal", StringComparison.Ordinal)) > 40, string.Join("\n", answers));
    }

    private static string Joined(DicomDataSet dataSet, DicomTag tag) =>
        string.Join('\\', dataSet.Texts(tag).Select(v => (double.TryParse(v, out var number) ? number.ToString("R") : v.TrimEnd('=')).Trim().ReplaceLineEnd())).Trim('\\');

    private static byte[] Value(DicomDataSet dataSet, ushort group, ushort element) =>
        dataSet.TryGet(new DicomTag(group, element), out var found) ? found.Value.ToArray() : throw new InvalidOperationException("not there");

    private static async Task<DicomFile?> ReadFileAsync(string path)
    {
        await using var stream = File.OpenRead(path);
        try
        {
            return await DicomFile.ReadAsync(stream, new DicomReadOptions { KeepsLongValues = true });
        }
        catch (DicomException)
        {
            return null; // three files of pydicom are broken on purpose
        }
    }

    private static DicomDataSet Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return DicomJsonReader.Read(document.RootElement);
    }

    private static string Write(DicomDataSet dataSet)
    {
        var to = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(to, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            DicomJsonWriter.Write(dataSet, writer);
        return Encoding.UTF8.GetString(to.WrittenSpan);
    }

    private static async Task<IReadOnlyList<string>> PythonAsync(string script, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("/usr/bin/python3") { RedirectStandardOutput = true, UseShellExecute = false };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Foreign", script));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
