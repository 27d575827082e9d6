using System.Buffers;
using System.Globalization;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Writing;

namespace MedStreams.Dicom.Wrapping;

/// <summary>
/// Wraps what is no DICOM, for targets that take nothing else: PDF and CDA as encapsulated documents, JPEG of the baseline process as Secondary Capture, as it is. Identifiers, dates
/// and numbers follow from the study and the document's name, so the same document is the same object each time. The document passes through in a stream. Safe for concurrent use.
/// </summary>
/// <param name="spool">Where wrapped documents rest.</param>
public sealed class DocumentWrapper(Spool spool)
{
    private const string PdfStorage = "1.2.840.10008.5.1.4.1.1.104.1";
    private const string CdaStorage = "1.2.840.10008.5.1.4.1.1.104.2";
    private const string SecondaryCaptureStorage = "1.2.840.10008.5.1.4.1.1.7";
    private const int JpegHeaderBytes = 1 << 20;

    private static readonly TransferSyntax JpegBaseline = TransferSyntax.Of("1.2.840.10008.1.2.4.50");

    /// <summary>As what a media type is wrapped; null: it is not.</summary>
    public static WrappedKind? KindOf(string? mediaType) => mediaType?.Split(';')[0].Trim().ToLowerInvariant() switch
    {
        "application/pdf" => WrappedKind.Pdf,
        "text/xml" or "application/xml" or "application/hl7-cda+xml" or "application/cda+xml" => WrappedKind.Cda,
        "image/jpeg" or "image/jpg" => WrappedKind.JpegImage,
        _ => null,
    };

    /// <summary>The SOP Instance UID that a document gets.</summary>
    public static string InstanceUidOf(StudyObject document, ExamRecord exam) => WrappedStudy.InstanceUidOf(document, exam);

    /// <summary>Wraps a document.</summary>
    /// <param name="document">The document; stays as it is.</param>
    /// <param name="study">The study that it belongs to.</param>
    /// <param name="cancellationToken">Ends it; nothing remains.</param>
    /// <returns>An instance, the caller's to dispose.</returns>
    /// <exception cref="WrappingException">It is of no type that can be wrapped, or not what its type says.</exception>
    public async Task<FetchedObject> WrapAsync(FetchedObject document, StudyCollection study, CancellationToken cancellationToken)
    {
        var kind = KindOf(document.Object.MediaType)
            ?? throw new WrappingException($"A document of the type '{document.Object.MediaType ?? "unknown"}' cannot be wrapped: only PDF, CDA and JPEG can.");
        if (document.Content.Length > uint.MaxValue - 1)
            throw new WrappingException("A document of 4 GiB and more cannot be wrapped.");
        await using var content = document.Content.OpenRead();
        var beginning = new byte[(int)Math.Min(JpegHeaderBytes, document.Content.Length)];
        await content.ReadExactlyAsync(beginning, cancellationToken);
        content.Position = 0;

        var common = new WrappedStudy(study, document.Object, kind);
        var (front, back, syntax) = Frame(common, beginning, document.Content.Length);
        await using var file = new ChainedStream(front, content, back);
        var instance = await SpooledInstance.ReceiveFileAsync(file, spool, cancellationToken);
        var wrapped = new StudyObject
        {
            Id = common.InstanceUid,
            Kind = StudyObjectKind.Instance,
            SeriesInstanceUid = common.SeriesUid,
            SopClassUid = instance.Identity.SopClassUid,
            TransferSyntaxUid = syntax.Uid,
            InstanceNumber = common.InstanceNumber,
        };
        return instance.As(wrapped);
    }

    private static (ReadOnlyMemory<byte> Front, ReadOnlyMemory<byte> Back, TransferSyntax Syntax) Frame(WrappedStudy common, ReadOnlySpan<byte> beginning, long length)
    {
        try
        {
            return common.Kind == WrappedKind.JpegImage ? Image(common, beginning, length) : Document(common, beginning, length);
        }
        catch (ArgumentException e)
        {
            throw new WrappingException("An attribute of the study cannot stand in a data set.", e);
        }
    }

    /// <summary>An encapsulated document (PS3.3 section C.24.2): what is in front of its bytes, what is behind them.</summary>
    private static (ReadOnlyMemory<byte> Front, ReadOnlyMemory<byte> Back, TransferSyntax Syntax) Document(WrappedStudy common, ReadOnlySpan<byte> beginning, long length)
    {
        var isPdf = common.Kind == WrappedKind.Pdf;
        if (isPdf ? !beginning[..Math.Min(1024, beginning.Length)].ContainsPdfMark() : !beginning.Contains((byte)'<'))
            throw new WrappingException($"The document does not begin as {(isPdf ? "PDF" : "XML")} does.");
        var sopClass = isPdf ? PdfStorage : CdaStorage;
        var head = common.DataSet(sopClass, "DOC");
        head.Set(WrappingTags.BurnedInAnnotation, DicomVr.CS, "YES");
        head.Set(DicomElement.Of(WrappingTags.AcquisitionDateTime, DicomVr.DT, default));
        head.Set(WrappingTags.DocumentTitle, DicomVr.ST, common.Title);
        head.Set(DicomElement.Sequence(WrappingTags.ConceptNameCodeSequence, []));
        if (!isPdf)
            head.Set(WrappingTags.Hl7InstanceIdentifier, DicomVr.ST, CdaIdentifier.Find(beginning, length == beginning.Length) ?? common.InstanceUid);
        var tail = new DicomDataSet(head, isBigEndian: false);
        tail.Set(WrappingTags.MimeType, DicomVr.LO, isPdf ? "application/pdf" : "text/XML");
        tail.Set(DicomElement.Of(WrappingTags.EncapsulatedDocumentLength, DicomVr.UL, BitConverter.GetBytes((uint)length)));

        var syntax = TransferSyntax.ExplicitLittleEndian;
        var front = Start(common, sopClass, syntax, head);
        WriteLongHeader(WrappingTags.EncapsulatedDocument, "OB"u8, (uint)(length + (length & 1)), front);
        var back = new ArrayBufferWriter<byte>();
        if (length % 2 == 1)
            back.Write("\0"u8);
        DicomEncoder.Write(tail, syntax, back);
        return (front.WrittenMemory, back.WrittenMemory, syntax);
    }

    /// <summary>A picture (PS3.3 section C.8.6): one fragment behind an empty offset table (PS3.5 section A.4).</summary>
    private static (ReadOnlyMemory<byte> Front, ReadOnlyMemory<byte> Back, TransferSyntax Syntax) Image(WrappedStudy common, ReadOnlySpan<byte> beginning, long length)
    {
        var jpeg = JpegHeader.Read(beginning)
            ?? throw new WrappingException("The picture is no JPEG of the baseline process with 8 bits and one or three components, and is not decoded here.");
        var head = common.DataSet(SecondaryCaptureStorage, "OT");
        head.Set(DicomElement.Of(WrappingTags.PatientOrientation, DicomVr.CS, default));
        head.Set(DicomElement.Of(WrappingTags.Laterality, DicomVr.CS, default));
        head.Set(WrappingTags.ImageType, DicomVr.CS, "DERIVED", "SECONDARY");
        head.Set(WrappingTags.BurnedInAnnotation, DicomVr.CS, "YES");
        head.Set(Number(WrappingTags.SamplesPerPixel, jpeg.Components));
        var photometric = jpeg.Components == 1 ? "MONOCHROME2" : jpeg.IsRgb ? "RGB" : jpeg.IsSubsampled ? "YBR_FULL_422" : "YBR_FULL";
        head.Set(WrappingTags.PhotometricInterpretation, DicomVr.CS, photometric);
        if (jpeg.Components == 3)
            head.Set(Number(WrappingTags.PlanarConfiguration, 0));
        head.Set(Number(Tags.Rows, jpeg.Rows));
        head.Set(Number(Tags.Columns, jpeg.Columns));
        head.Set(Number(WrappingTags.BitsAllocated, 8));
        head.Set(Number(WrappingTags.BitsStored, 8));
        head.Set(Number(WrappingTags.HighBit, 7));
        head.Set(Number(WrappingTags.PixelRepresentation, 0));
        head.Set(WrappingTags.LossyImageCompression, DicomVr.CS, "01");
        var ratio = (double)jpeg.Rows * jpeg.Columns * jpeg.Components / Math.Max(1, length);
        head.Set(WrappingTags.LossyImageCompressionRatio, DicomVr.DS, ratio.ToString("0.###", CultureInfo.InvariantCulture));
        head.Set(WrappingTags.LossyImageCompressionMethod, DicomVr.CS, "ISO_10918_1");

        var front = Start(common, SecondaryCaptureStorage, JpegBaseline, head);
        WriteLongHeader(Tags.PixelData, "OB"u8, uint.MaxValue, front);
        front.Write((ReadOnlySpan<byte>)[0xFE, 0xFF, 0x00, 0xE0, 0, 0, 0, 0]);
        front.Write((ReadOnlySpan<byte>)[0xFE, 0xFF, 0x00, 0xE0]);
        front.Write(BitConverter.GetBytes((uint)(length + (length & 1))));
        byte[] end = [0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0];
        return (front.WrittenMemory, length % 2 == 1 ? [0, .. end] : end, JpegBaseline);
    }

    private static ArrayBufferWriter<byte> Start(WrappedStudy common, string sopClass, TransferSyntax syntax, DicomDataSet head)
    {
        var front = new ArrayBufferWriter<byte>();
        DicomFile.WriteHeader(sopClass, common.InstanceUid, syntax, Implementation.MedStreams, front);
        DicomEncoder.Write(head, syntax, front);
        return front;
    }

    private static void WriteLongHeader(DicomTag tag, ReadOnlySpan<byte> vr, uint length, ArrayBufferWriter<byte> to)
    {
        to.Write(BitConverter.GetBytes(tag.Group));
        to.Write(BitConverter.GetBytes(tag.Element));
        to.Write(vr);
        to.Write("\0\0"u8);
        to.Write(BitConverter.GetBytes(length));
    }

    private static DicomElement Number(DicomTag tag, int value) => DicomElement.Of(tag, DicomVr.US, BitConverter.GetBytes((ushort)value));
}

/// <summary>What a PDF begins with: readers look for it in the first kilobyte (ISO 32000-1 annex H.3.4.1).</summary>
internal static class PdfMark
{
    public static bool ContainsPdfMark(this ReadOnlySpan<byte> beginning) => beginning.IndexOf("%PDF-"u8) >= 0;
}
