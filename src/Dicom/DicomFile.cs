using System.Buffers;
using System.IO.Compression;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Pacs.Verifying;
using MedStreams.Dicom.Reading;
using MedStreams.Dicom.Writing;

namespace MedStreams.Dicom;

/// <summary>What is kept of a file.</summary>
public sealed record DicomReadOptions
{
    /// <summary>Whether values over 64 KiB and pixel data are kept; else their lengths are, and memory is bounded. Default: not.</summary>
    public bool KeepsLongValues { get; init; }

    /// <summary>How text is taken where (0008,0005) is missing; null: as ASCII, and Latin-1 beyond it.</summary>
    public Text.SpecificCharacterSet? AssumedCharacterSet { get; init; }
}

/// <summary>
/// A DICOM file (PS3.10 section 7): preamble, meta information, data set. Files without preamble, and bare data sets, which old archives hold, are read too.
/// </summary>
/// <param name="MetaInformation">The elements of group 2; null where there are none.</param>
/// <param name="DataSet">The data set.</param>
/// <param name="Syntax">How the data set is written.</param>
/// <param name="Digest">
/// SHA-256 of the data set's bytes as they stand in the file, the meta information left out: archives write that anew, while the data set stays the same byte
/// for byte. Of a deflated one, of the inflated bytes.
/// </param>
/// <param name="Length">How many bytes the data set has, counted likewise.</param>
public sealed record DicomFile(DicomDataSet? MetaInformation, DicomDataSet DataSet, TransferSyntax Syntax, ReadOnlyMemory<byte> Digest, long Length)
{
    private const int HeaderRoom = 16 << 10; // meta information has a few hundred bytes
    internal const int PreambleLength = 132;

    /// <summary>The digest of what the data set says, however it is written: <see cref="Pacs.ObjectDigest.Content"/>.</summary>
    public required string ContentDigest { get; init; }

    /// <summary>What the data set is, to the byte and by content.</summary>
    public ObjectDigest ObjectDigest => Pacs.ObjectDigest.Of(Digest.Span, Length) with { Content = ContentDigest };

    /// <summary>Reads a file to its end.</summary>
    /// <param name="file">Its bytes.</param>
    /// <param name="options">What is kept.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="DicomException">It is none, or ends too early; tells the place.</exception>
    public static async Task<DicomFile> ReadAsync(Stream file, DicomReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new DicomReadOptions();
        await using var input = new PeekableStream(file);
        await input.FillAsync(DataSetPump.BufferLength, cancellationToken);
        var (meta, syntax) = ReadStart(input);
        if (!syntax.IsDeflated)
            return await ReadDataSetAsync(input, input.Position, meta, syntax, options, cancellationToken);
        await using var inflated = new DeflateStream(input, CompressionMode.Decompress);
        return await ReadDataSetAsync(inflated, 0, meta, syntax, options, cancellationToken);
    }

    /// <summary>Goes to where the data set of a file begins, so that its bytes can be handed on as they are.</summary>
    /// <param name="file">The file, seekable, at its beginning.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>How the data set is written.</returns>
    /// <exception cref="DicomException">It is none; tells the place.</exception>
    public static async Task<TransferSyntax> SkipToDataSetAsync(Stream file, CancellationToken cancellationToken = default)
    {
        var start = file.Position;
        var input = new PeekableStream(file);
        await input.FillAsync(HeaderRoom, cancellationToken);
        var (_, syntax) = ReadStart(input);
        file.Position = start + input.Position;
        return syntax;
    }

    /// <summary>The bytes of a file: preamble, meta information, data set.</summary>
    /// <param name="dataSet">The data set, with its SOP class and instance.</param>
    /// <param name="syntax">How it is written.</param>
    /// <param name="implementation">Who writes it.</param>
    /// <exception cref="ArgumentException">SOP class or instance are missing, or the data set cannot be written in that syntax.</exception>
    public static ReadOnlyMemory<byte> ToBytes(DicomDataSet dataSet, TransferSyntax syntax, Implementation implementation)
    {
        var to = new ArrayBufferWriter<byte>();
        WriteHeader(
            dataSet.Text(Tags.SopClassUid) ?? throw new ArgumentException($"The data set has no {Tags.SopClassUid}, the SOP class.", nameof(dataSet)),
            dataSet.Text(Tags.SopInstanceUid) ?? throw new ArgumentException($"The data set has no {Tags.SopInstanceUid}, the SOP instance.", nameof(dataSet)),
            syntax,
            implementation,
            to);
        var body = DicomEncoder.ToBytes(dataSet, syntax);
        if (!syntax.IsDeflated)
        {
            to.Write(body.Span);
            return to.WrittenMemory;
        }

        using var deflated = new MemoryStream();
        using (var deflate = new DeflateStream(deflated, CompressionLevel.Optimal, leaveOpen: true))
            deflate.Write(body.Span);
        if (deflated.Length % 2 == 1)
            deflated.WriteByte(0); // PS3.5 section A.5
        to.Write(deflated.GetBuffer().AsSpan(0, (int)deflated.Length));
        return to.WrittenMemory;
    }

    /// <summary>Writes preamble and meta information, in front of a data set that is handed on as it came.</summary>
    public static void WriteHeader(string sopClass, string sopInstance, TransferSyntax syntax, Implementation implementation, IBufferWriter<byte> to)
    {
        var meta = new DicomDataSet();
        meta.Set(DicomElement.Of(Tags.FileMetaInformationVersion, DicomVr.OB, new byte[] { 0, 1 }));
        meta.Set(Tags.MediaStorageSopClassUid, DicomVr.UI, sopClass);
        meta.Set(Tags.MediaStorageSopInstanceUid, DicomVr.UI, sopInstance);
        meta.Set(Tags.TransferSyntaxUid, DicomVr.UI, syntax.Uid);
        meta.Set(Tags.ImplementationClassUid, DicomVr.UI, implementation.ClassUid);
        meta.Set(Tags.ImplementationVersionName, DicomVr.SH, implementation.VersionName);
        var length = DicomEncoder.ToBytes(meta, TransferSyntax.ExplicitLittleEndian).Length;
        meta.Set(DicomElement.Of(Tags.FileMetaInformationGroupLength, DicomVr.UL, BitConverter.GetBytes(length)));
        to.Write(new byte[128]);
        to.Write("DICM"u8);
        DicomEncoder.Write(meta, TransferSyntax.ExplicitLittleEndian, to);
    }

    /// <summary>Takes preamble and meta information, as far as they are there, and tells how the data set behind them is written.</summary>
    /// <param name="input">The file, with its beginning read ahead.</param>
    /// <exception cref="DicomException">It is no DICOM.</exception>
    internal static (DicomDataSet? MetaInformation, TransferSyntax Syntax) ReadStart(PeekableStream input)
    {
        if (HasPreamble(input.Peeked.Span))
            input.Skip(PreambleLength);
        var meta = ReadMetaInformation(input);
        return (meta, meta?.Text(Tags.TransferSyntaxUid) is { } uid ? TransferSyntax.Of(uid) : Guess(input.Peeked.Span));
    }

    /// <summary>Whether a file begins with the 128 free bytes and the prefix of PS3.10 section 7.1.</summary>
    internal static bool HasPreamble(ReadOnlySpan<byte> file) => file.Length >= PreambleLength && file[128..PreambleLength].SequenceEqual("DICM"u8);

    private static DicomDataSet? ReadMetaInformation(PeekableStream input)
    {
        var syntax = TransferSyntax.ExplicitLittleEndian;
        var builder = new DataSetBuilder(syntax, keepsLong: true);
        var decoder = new DicomDecoder(syntax, builder) { OnlyGroup = 2 };
        var bytes = input.Peeked.Span;
        if (bytes.Length < 8 || bytes[0] != 2 || bytes[1] != 0)
            return null;
        var taken = decoder.Decode(bytes, isLast: false);
        if (decoder.Fault.Error != DicomError.None)
            throw new DicomException(decoder.Fault with { Position = decoder.Fault.Position + input.Position });
        if (!decoder.HasStopped && taken < bytes.Length)
            throw new DicomException(new DicomFault(DicomError.Truncated, input.Position + taken, Tags.FileMetaInformationGroupLength));
        input.Skip(taken);
        return builder.DataSet;
    }

    /// <summary>How a data set is written of which nothing says it: by its first element, whose group is small and whose VR, if any, are two capitals.</summary>
    private static TransferSyntax Guess(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 8)
            throw new DicomException(new DicomFault(DicomError.NotDicom, 0, default));
        var isBig = bytes[0] == 0 && bytes[1] != 0;
        var isExplicit = DicomVr.Of(bytes[4], bytes[5]) is not null;
        var group = isBig ? bytes[1] : bytes[0] | (bytes[1] << 8);
        if (group is 0 or > 0x0020 || (isBig && !isExplicit))
            throw new DicomException(new DicomFault(DicomError.NotDicom, 0, default));
        return isBig ? TransferSyntax.ExplicitBigEndian : isExplicit ? TransferSyntax.ExplicitLittleEndian : TransferSyntax.ImplicitLittleEndian;
    }

    private static async Task<DicomFile> ReadDataSetAsync(
        Stream input, long start, DicomDataSet? meta, TransferSyntax syntax, DicomReadOptions options, CancellationToken cancellationToken)
    {
        var builder = new DataSetBuilder(syntax, options.KeepsLongValues);
        using var content = new ContentDigest(builder);
        var decoder = new DicomDecoder(syntax, content);
        var digest = await DataSetPump.RunAsync(input, decoder, start, copyTo: null, cancellationToken);
        builder.DataSet.AssumedCharacterSet = options.AssumedCharacterSet;
        return new DicomFile(meta, builder.DataSet, syntax, digest, decoder.Position) { ContentDigest = content.Finish() };
    }
}

/// <summary>Who writes: stands in files and associations (PS3.7 section D.3.3.2).</summary>
/// <param name="ClassUid">Its unique identifier.</param>
/// <param name="VersionName">Its name, at most 16 characters.</param>
public sealed record Implementation(string ClassUid, string VersionName)
{
    /// <summary>MedStreams: a UID of the root 2.25, which everybody may use with a UUID (PS3.5 section B.2).</summary>
    public static Implementation MedStreams { get; } = new("2.25.114891650247781673829830585734875590247", "MEDSTREAMS");
}
