using MedStreams.Dicom.Reading;
using MedStreams.Dicom.Tests.Foreign;
using MedStreams.Dicom.Writing;

namespace MedStreams.Dicom.Tests.Reading;

public sealed class DicomDecoderTests
{
    private static readonly TransferSyntax Explicit = TransferSyntax.ExplicitLittleEndian;

    [Fact]
    public async Task Any_portions_tell_the_same()
    {
        var random = new Random(1);
        foreach (var path in ForeignFiles.All.Where(p => new FileInfo(p).Length < 40_000))
        {
            if (await DataSetOfAsync(path) is not var (bytes, syntax))
                continue;
            var whole = Read(bytes, syntax, () => bytes.Length);
            Assert.Equal(DicomError.None, whole.Decoder.Fault.Error);
            Assert.Equal(0, whole.Journal.Depth);
            foreach (var most in (int[])[1, 7, 300])
            {
                var parts = Read(bytes, syntax, () => random.Next(1, most + 1));
                Assert.Equal(whole.Journal.Lines, parts.Journal.Lines);
                Assert.Equal(bytes.Length, parts.Decoder.Position);
            }
        }
    }

    [Fact]
    public async Task Spoiled_files_are_read_or_refused_with_a_place_and_never_more_than_once()
    {
        var random = new Random(2);
        foreach (var path in ForeignFiles.All.Where(p => new FileInfo(p).Length < 20_000))
        {
            if (await DataSetOfAsync(path) is not var (good, syntax))
                continue;
            for (var round = 0; round < 50; round++)
            {
                var bytes = good.ToArray();
                for (var change = random.Next(1, 6); change > 0; change--)
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                bytes = bytes[..random.Next(bytes.Length + 1)];
                var (journal, decoder) = Read(bytes, syntax, () => random.Next(1, 5_000));
                Assert.InRange(decoder.Fault.Position, 0, bytes.Length);
                Assert.True(journal.Bytes <= bytes.Length);
                if (decoder.Fault.Error == DicomError.None)
                    Assert.Equal((bytes.Length, 0), (decoder.Position, journal.Depth));
                else
                    Assert.Equal(0, decoder.Decode(bytes, isLast: true));
            }
        }
    }

    [Theory]
    [InlineData("0800180055490600312E32", DicomError.Truncated, 0)] // six bytes are said, three are there
    [InlineData("080018005549", DicomError.Truncated, 0)]
    [InlineData("0800401153510000" + "0A000000" + "0800080043530400" + "41422020", DicomError.ItemExpected, 12)]
    [InlineData("0800401153510000" + "10000000" + "FEFF00E020000000" + "0800080043530000", DicomError.LengthBeyondParent, 12)]
    [InlineData("0800401153510000" + "FFFFFFFF" + "FEFF00E008000000" + "0800080043530400" + "41424344", DicomError.LengthBeyondParent, 20)]
    [InlineData("08004011" + "55540000" + "FFFFFFFF", DicomError.UndefinedLength, 0)]
    [InlineData("FEFF0DE000000000", DicomError.UnexpectedDelimiter, 0)]
    [InlineData("E07F10004F420000" + "FFFFFFFF" + "FEFF00E0FFFFFFFF", DicomError.UndefinedLength, 12)]
    public void What_cannot_be_is_refused_with_its_place(string hex, DicomError error, long position)
    {
        var (_, decoder) = Read(Convert.FromHexString(hex), Explicit, () => 1);
        Assert.Equal((error, position), (decoder.Fault.Error, decoder.Fault.Position));
    }

    [Fact]
    public void Sequences_within_sequences_have_a_limit()
    {
        var bytes = Enumerable.Repeat(Convert.FromHexString("0800401153510000FFFFFFFFFEFF00E0FFFFFFFF"), 100).SelectMany(b => b).ToArray();
        Assert.Equal(DicomError.TooDeep, Read(bytes, Explicit, () => bytes.Length).Decoder.Fault.Error);
    }

    [Fact]
    public void Reading_stops_where_it_should()
    {
        var dataSet = new DicomDataSet();
        dataSet.Set(Tags.SopInstanceUid, DicomVr.UI, "1.2.3");
        dataSet.Set(DicomElement.Of(Tags.PixelData, DicomVr.OW, new byte[1 << 20]));
        var bytes = DicomEncoder.ToBytes(dataSet, Explicit);
        var decoder = new DicomDecoder(Explicit, new Journal()) { StopBefore = Tags.PixelData };

        Assert.Equal(14, decoder.Decode(bytes.Span, isLast: false));
        Assert.True(decoder.HasStopped);
        Assert.Equal(14, decoder.Position);
    }

    [Fact]
    public void Nothing_is_held_of_a_long_value()
    {
        var (journal, decoder) = (new Journal(), default(DicomDecoder)!);
        decoder = new DicomDecoder(Explicit, journal) { LongestWhole = 16 };
        var dataSet = new DicomDataSet();
        dataSet.Set(DicomElement.Of(Tags.PixelData, DicomVr.OW, new byte[100_000]));
        var bytes = DicomEncoder.ToBytes(dataSet, Explicit).Span;

        for (var at = 0; at < bytes.Length;)
        {
            var window = bytes.Slice(at, Math.Min(28, bytes.Length - at));
            var taken = decoder.Decode(window, isLast: false);
            Assert.True(taken > 0);
            at += taken;
        }

        Assert.Equal((100_000, 0), (journal.Bytes, journal.Depth));
    }

    private static (Journal Journal, DicomDecoder Decoder) Read(byte[] bytes, TransferSyntax syntax, Func<int> portion)
    {
        var journal = new Journal();
        var decoder = new DicomDecoder(syntax, journal);
        var (taken, arrived) = (0, 0);
        while (arrived < bytes.Length)
        {
            arrived = Math.Min(bytes.Length, arrived + portion());
            taken += decoder.Decode(bytes.AsSpan(taken, arrived - taken), isLast: false);
        }

        taken += decoder.Decode(bytes.AsSpan(taken), isLast: true);
        return (journal, decoder);
    }

    private static async Task<(byte[] Bytes, TransferSyntax Syntax)?> DataSetOfAsync(string path)
    {
        try
        {
            await using var stream = File.OpenRead(path);
            var file = await DicomFile.ReadAsync(stream, new DicomReadOptions { KeepsLongValues = true }, TestContext.Current.CancellationToken);
            return (DicomEncoder.ToBytes(file.DataSet, file.Syntax).ToArray(), file.Syntax);
        }
        catch (DicomException)
        {
            return null; // three of them are spoiled already, as another test says
        }
    }
}
