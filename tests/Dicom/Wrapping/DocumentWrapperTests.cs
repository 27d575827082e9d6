using System.Text;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Wrapping;
using MedStreams.Local;
using MedStreams.Support.DicomWeb;
using MedStreams.Support.Volume;

namespace MedStreams.Dicom.Tests.Wrapping;

/// <summary>Documents become objects that other programs accept.</summary>
public sealed class DocumentWrapperTests : IDisposable
{
    private const string Cda =
        "<?xml version=\"1.0\"?><ClinicalDocument xmlns=\"urn:hl7-org:v3\"><typeId root=\"2.16.840.1.113883.1.3\" extension=\"POCD_HD000040\"/><id root=\"1.2.3\" extension=\"77\"/></ClinicalDocument>";

    private readonly TemporaryFolder _folder = new();
    private readonly Spool _spool;

    public DocumentWrapperTests() => _spool = new Spool(_folder.Path, memory: 0);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1_000)]
    [InlineData(1_001)]
    [InlineData(5_000_001)]
    public async Task A_PDF_comes_out_of_its_object_as_it_was(int length)
    {
        var pdf = Pdf(length);
        await using var wrapped = await WrapAsync("报告.pdf", "application/pdf", pdf);
        await AssertValidAsync(wrapped);
        var dataSet = await ReadAsync(wrapped);
        Assert.True(dataSet.TryGet(new DicomTag(0x0042, 0x0011), out var document));
        Assert.Equal(pdf, document.Value.ToArray()[..length]);
        Assert.Equal(length, dataSet.Integer(new DicomTag(0x0042, 0x0015)));
        Assert.Equal("报告.pdf", dataSet.Text(new DicomTag(0x0042, 0x0010)));
        Assert.Equal("1.2.840.10008.5.1.4.1.1.104.1", wrapped.SopClassUid);
        var to = Path.Combine(_folder.Path, "out.pdf");
        await CommandLineTool.RunAsync("dcm2pdf", [wrapped.Content.FilePath, to]); // DCMTK takes it out again
        Assert.Equal(pdf, (await File.ReadAllBytesAsync(to))[..length]);
    }

    [Fact]
    public async Task A_CDA_is_wrapped_with_its_own_identifier()
    {
        await using var wrapped = await WrapAsync("cda.xml", "text/xml", Encoding.UTF8.GetBytes(Cda));
        await AssertValidAsync(wrapped);
        var dataSet = await ReadAsync(wrapped);
        Assert.Equal("1.2.3^77", dataSet.Text(new DicomTag(0x0040, 0xE001)));
        Assert.Equal("1.2.840.10008.5.1.4.1.1.104.2", wrapped.SopClassUid);
    }

    [Theory]
    [InlineData("", 3)]
    [InlineData("-grayscale", 1)]
    public async Task A_JPEG_is_a_picture_that_DCMTK_decodes(string option, int components)
    {
        var jpeg = await JpegAsync(option);
        await using var wrapped = await WrapAsync("scan.jpg", "image/jpeg", jpeg);
        await AssertValidAsync(wrapped);
        var file = await ReadFileAsync(wrapped);
        Assert.Equal("1.2.840.10008.1.2.4.50", file.Syntax.Uid);
        Assert.Equal((48, 64, components), ((int)file.DataSet.Integer(Tags.Rows)!, (int)file.DataSet.Integer(Tags.Columns)!, (int)file.DataSet.Integer(new DicomTag(0x0028, 0x0002))!));
        Assert.True(file.DataSet.TryGet(Tags.PixelData, out var pixels));
        Assert.Equal(jpeg, pixels.Fragments![1].ToArray()[..jpeg.Length]);
        await CommandLineTool.RunAsync("dcmdjpeg", [wrapped.Content.FilePath, Path.Combine(_folder.Path, "decoded.dcm")]);
    }

    [Theory]
    [InlineData("a.txt", "text/plain", "hello", "A document of the type 'text/plain' cannot be wrapped: only PDF, CDA and JPEG can.")]
    [InlineData("a", null, "hello", "A document of the type 'unknown' cannot be wrapped: only PDF, CDA and JPEG can.")]
    [InlineData("a.pdf", "application/pdf", "hello", "The document does not begin as PDF does.")]
    [InlineData("a.xml", "text/xml", "<a><b></a>", "The document is XML, and no CDA.")]
    [InlineData("a.xml", "text/xml", "<ClinicalDocument><b></a>", "The document is no XML, at line 1, column 24.")]
    [InlineData("a.xml", "text/xml", "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", "The document is no XML, at line 0, column 0.")]
    [InlineData("a.jpg", "image/jpeg", "hello", "The picture is no JPEG of the baseline process with 8 bits and one or three components, and is not decoded here.")]
    public async Task What_cannot_be_wrapped_says_why(string name, string? type, string content, string message)
    {
        var used = _spool.Used;
        var error = await Assert.ThrowsAsync<WrappingException>(() => WrapAsync(name, type, Encoding.UTF8.GetBytes(content)));
        Assert.Equal(message, error.Message);
        Assert.Equal(used, _spool.Used);
    }

    [Fact]
    public async Task The_same_document_is_the_same_object_each_time_and_others_are_others()
    {
        await using var one = await WrapAsync("a.pdf", "application/pdf", Pdf(500));
        await using var same = await WrapAsync("a.pdf", "application/pdf", Pdf(500));
        await using var other = await WrapAsync("b.pdf", "application/pdf", Pdf(500));
        Assert.Equal((one.Object, one.Digest), (same.Object, same.Digest));
        Assert.NotEqual(one.Object.Id, other.Object.Id);
        Assert.Equal(one.Object.SeriesInstanceUid, other.Object.SeriesInstanceUid);
        Assert.Matches(@"^2\.25\.[1-9]\d{1,38}$", one.Object.Id);
        Assert.NotEqual(one.Object.InstanceNumber, other.Object.InstanceNumber);
    }

    private static byte[] Pdf(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        "%PDF-1.4\n"u8.CopyTo(bytes);
        bytes[^1] = (byte)'\n'; // dcm2pdf takes a zero at the end for padding
        return bytes;
    }

    private async Task<byte[]> JpegAsync(string option)
    {
        Assert.SkipWhen(CommandLineTool.Find("cjpeg") is null && CommandLineTool.Find("dcmj2pnm") is null, "neither cjpeg nor DCMTK is installed");
        var to = Path.Combine(_folder.Path, "picture.jpg");
        var dcm = Path.Combine(_folder.Path, "picture.dcm");
        var dataSet = new DicomDataSet();
        dataSet.Set(Tags.SopClassUid, DicomVr.UI, "1.2.840.10008.5.1.4.1.1.7");
        dataSet.Set(Tags.SopInstanceUid, DicomVr.UI, "1.2");
        var isGrey = option.Length > 0;
        foreach (var (element, value) in new (ushort, int)[] { (0x02, isGrey ? 1 : 3), (0x06, 0), (0x10, 48), (0x11, 64), (0x100, 8), (0x101, 8), (0x102, 7), (0x103, 0) })
        {
            if (element != 0x06 || !isGrey)
                dataSet.Set(DicomElement.Of(new DicomTag(0x0028, element), DicomVr.US, BitConverter.GetBytes((ushort)value)));
        }

        dataSet.Set(new DicomTag(0x0028, 0x0004), DicomVr.CS, isGrey ? "MONOCHROME2" : "RGB");
        dataSet.Set(DicomElement.Of(Tags.PixelData, DicomVr.OB, Pdf(48 * 64 * (isGrey ? 1 : 3))));
        await File.WriteAllBytesAsync(dcm, DicomFile.ToBytes(dataSet, TransferSyntax.ExplicitLittleEndian, Implementation.MedStreams).ToArray());
        await CommandLineTool.RunAsync("dcmj2pnm", ["+oj", dcm, to]);
        return await File.ReadAllBytesAsync(to);
    }

    private async Task<FetchedObject> WrapAsync(string name, string? type, byte[] content)
    {
        var exam = GeneratedVolume.Of(new VolumeOptions { Instances = 20 }).Studies.First(s => s.CharacterSet == "GB18030").Exam;
        var documents = (string[])["a.pdf", "b.pdf", name];
        var study = new StudyCollection(exam, [.. documents.Distinct().Select(d => new StudyObject { Id = d, Kind = StudyObjectKind.Document, MediaType = type })], []);
        var spooled = await _spool.CreateAsync(default);
        await using (var to = spooled.OpenWrite())
            await to.WriteAsync(content);
        await using var fetched = new FetchedObject(study.Objects.Single(o => o.Id == name), spooled, default);
        return await new DocumentWrapper(_spool).WrapAsync(fetched, study, default);
    }

    /// <summary>What dcmdump cannot read, or dciodvfy calls an error, is none of the standard's.</summary>
    private static async Task AssertValidAsync(FetchedObject wrapped)
    {
        Assert.SkipWhen(CommandLineTool.Find("dcmdump") is null || CommandLineTool.Find("dciodvfy") is null, "DCMTK or dicom3tools are not installed");
        await CommandLineTool.RunAsync("dcmdump", ["-q", wrapped.Content.FilePath]);
        var said = await CommandLineTool.RunAsync("sh", ["-c", "dciodvfy \"$0\" 2>&1; true", wrapped.Content.FilePath]);
        Assert.Equal("", string.Join('\n', said.Split('\n').Where(line => line.StartsWith("Error", StringComparison.Ordinal))));
        await CommandLineTool.RunAsync("/usr/bin/python3", ["-c", "import sys, pydicom; d = pydicom.dcmread(sys.argv[1]); d.decode(); str(d)", wrapped.Content.FilePath]);
    }

    private static async Task<DicomDataSet> ReadAsync(FetchedObject one) => (await ReadFileAsync(one)).DataSet;

    private static async Task<DicomFile> ReadFileAsync(FetchedObject one)
    {
        await using var content = one.Content.OpenRead();
        return await DicomFile.ReadAsync(content, new DicomReadOptions { KeepsLongValues = true });
    }
}
