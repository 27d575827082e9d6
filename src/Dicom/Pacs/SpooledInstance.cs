using System.Buffers;
using System.IO.Compression;
using MedStreams.Dicom.Pacs.Verifying;
using MedStreams.Dicom.Reading;

namespace MedStreams.Dicom.Pacs;

/// <summary>
/// An instance that has arrived: a DICOM file (PS3.10) in the spool, and what it says of itself. It is read once, on its way into the spool: taken apart to its
/// end, so that one that was cut within an element is not taken for a whole one, and its digest counted. Between two elements nothing tells of a cut: who
/// knows how long it is to be compares. Memory stays flat whatever its size.
/// </summary>
/// <param name="Content">The file, which always has preamble and meta information.</param>
/// <param name="Digest">The digest of its data set, as <see cref="DicomFile.Digest"/> defines it.</param>
/// <param name="Syntax">How the data set is written.</param>
/// <param name="Identity">What the data set says it is.</param>
public sealed record SpooledInstance(SpooledContent Content, ObjectDigest Digest, TransferSyntax Syntax, InstanceIdentity Identity) : IAsyncDisposable
{
    /// <summary>
    /// Receives a file, from local disk, FTP, S3 or WADO-RS. One without preamble or meta information, as old archives hold them, gets both; all else stays byte
    /// for byte.
    /// </summary>
    /// <param name="file">Its bytes, read to their end; stays open.</param>
    /// <param name="spool">Where it rests; the call waits until there is room.</param>
    /// <param name="cancellationToken">Ends the receiving; nothing remains.</param>
    /// <exception cref="DicomException">It is no DICOM, ends too early, or does not say which instance it is; nothing remains.</exception>
    /// <exception cref="IOException">It cannot be read or kept; nothing remains.</exception>
    public static async Task<SpooledInstance> ReceiveFileAsync(Stream file, Spool spool, CancellationToken cancellationToken)
    {
        await using var input = new PeekableStream(file);
        await input.FillAsync(DataSetPump.BufferLength, cancellationToken);
        var peeked = input.Peeked;
        var (meta, syntax) = DicomFile.ReadStart(input);
        var header = meta?.Text(Tags.TransferSyntaxUid) is not null
            ? HeaderOf(peeked[..^input.Peeked.Length])
            : NewHeader(Identify(input.Peeked.Span, syntax), syntax);
        return await SpoolAsync(header, input, syntax, spool, cancellationToken);
    }

    /// <summary>Receives a bare data set, as C-STORE brings it; preamble and meta information are written in front.</summary>
    /// <param name="dataSet">Its bytes, read to their end; stays open.</param>
    /// <param name="sopClassUid">The SOP class, as the command says.</param>
    /// <param name="sopInstanceUid">The SOP instance, as the command says.</param>
    /// <param name="syntax">The transfer syntax of the presentation context.</param>
    /// <param name="spool">Where it rests; the call waits until there is room.</param>
    /// <param name="cancellationToken">Ends the receiving; nothing remains.</param>
    /// <exception cref="DicomException">It is no DICOM, ends too early, or is another instance than the command says; nothing remains.</exception>
    /// <exception cref="IOException">It cannot be read or kept; nothing remains.</exception>
    public static async Task<SpooledInstance> ReceiveDataSetAsync(
        Stream dataSet, string sopClassUid, string sopInstanceUid, TransferSyntax syntax, Spool spool, CancellationToken cancellationToken)
    {
        var instance = await SpoolAsync(
            NewHeader(new InstanceIdentity { SopClassUid = sopClassUid, SopInstanceUid = sopInstanceUid }, syntax), dataSet, syntax, spool, cancellationToken);
        if (instance.Identity.SopInstanceUid == sopInstanceUid && instance.Identity.SopClassUid == sopClassUid)
            return instance;
        await instance.DisposeAsync();
        throw new DicomException($"The data set is another instance, or of another SOP class, than was announced: {Tags.SopClassUid}, {Tags.SopInstanceUid}.");
    }

    /// <summary>What it is to the one who asked for it; then the content is the answer's to dispose.</summary>
    /// <param name="wanted">What was asked for.</param>
    /// <exception cref="DicomException">It is another instance.</exception>
    public FetchedObject As(StudyObject wanted) => wanted.Kind == StudyObjectKind.Instance && wanted.Id == Identity.SopInstanceUid
        ? new FetchedObject(wanted, Content, Digest) { SopClassUid = Identity.SopClassUid, Syntax = Syntax }
        : throw new DicomException($"This is another instance than was asked for: {Tags.SopInstanceUid}.");

    /// <summary>Removes the spool file.</summary>
    public ValueTask DisposeAsync() => Content.DisposeAsync();

    private static async Task<SpooledInstance> SpoolAsync(
        ReadOnlyMemory<byte> header, Stream body, TransferSyntax syntax, Spool spool, CancellationToken cancellationToken)
    {
        var content = await spool.CreateAsync(cancellationToken);
        try
        {
            var reader = new InstanceIdentityReader();
            using var said = new ContentDigest(reader);
            var decoder = new DicomDecoder(syntax, said);
            ReadOnlyMemory<byte> digest;
            await using (var to = content.OpenWrite())
            {
                await to.WriteAsync(header, cancellationToken);
                digest = syntax.IsDeflated
                    ? await InflateAsync(body, decoder, to, cancellationToken)
                    : await DataSetPump.RunAsync(body, decoder, 0, to, cancellationToken);
            }

            return new SpooledInstance(content, ObjectDigest.Of(digest.Span, decoder.Position) with { Content = said.Finish() }, syntax, reader.Complete());
        }
        catch
        {
            await content.DisposeAsync();
            throw;
        }
    }

    private static async Task<ReadOnlyMemory<byte>> InflateAsync(Stream body, DicomDecoder decoder, Stream to, CancellationToken cancellationToken)
    {
        await using var copied = new CopyingStream(body, to);
        ReadOnlyMemory<byte> digest;
        await using (var inflated = new DeflateStream(copied, CompressionMode.Decompress, leaveOpen: true))
            digest = await DataSetPump.RunAsync(inflated, decoder, 0, copyTo: null, cancellationToken);
        await copied.CopyToAsync(Stream.Null, cancellationToken); // what stands behind the deflated data, such as the byte that makes their number even
        return digest;
    }

    /// <summary>Preamble and meta information as they were read; where only the preamble is missing, with one.</summary>
    private static ReadOnlyMemory<byte> HeaderOf(ReadOnlyMemory<byte> asRead)
    {
        if (DicomFile.HasPreamble(asRead.Span))
            return asRead;
        var header = new byte[DicomFile.PreambleLength + asRead.Length];
        "DICM"u8.CopyTo(header.AsSpan(128));
        asRead.CopyTo(header.AsMemory(DicomFile.PreambleLength));
        return header;
    }

    private static ReadOnlyMemory<byte> NewHeader(InstanceIdentity identity, TransferSyntax syntax)
    {
        var header = new ArrayBufferWriter<byte>(512);
        DicomFile.WriteHeader(identity.SopClassUid, identity.SopInstanceUid, syntax, Implementation.MedStreams, header);
        return header.WrittenMemory;
    }

    /// <summary>Which instance the beginning of a bare data set says it is.</summary>
    private static InstanceIdentity Identify(ReadOnlySpan<byte> beginning, TransferSyntax syntax)
    {
        var reader = new InstanceIdentityReader();
        var decoder = new DicomDecoder(syntax, reader) { StopBefore = new DicomTag(0x0008, 0x0019) };
        decoder.Decode(beginning, isLast: false);
        return decoder.Fault.Error == DicomError.None ? reader.Complete() : throw new DicomException(decoder.Fault);
    }
}
