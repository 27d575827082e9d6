using System.Buffers;
using System.IO.Compression;

namespace MedStreams.Dicom.Reading;

/// <summary>The beginning of a DICOM file, for those who need only its first elements and not its pixels.</summary>
/// <param name="MetaInformation">The elements of group 2; null where there are none.</param>
/// <param name="DataSet">The first elements of the data set; of values over 4 KiB only the length.</param>
/// <param name="Syntax">How the data set is written.</param>
public sealed record DicomBeginning(DicomDataSet? MetaInformation, DicomDataSet DataSet, TransferSyntax Syntax)
{
    private const int PeekLength = 32 << 10;

    /// <summary>Reads a file, with or without preamble and meta information, up to an element.</summary>
    /// <param name="file">Its bytes, from the first; stays open.</param>
    /// <param name="stopBefore">Reading stops in front of the first element that is this one or behind it.</param>
    /// <param name="assumed">How text is taken where (0008,0005) is missing; null: as ASCII, and Latin-1 beyond it.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="DicomException">It is no DICOM, or ends too early; tells the place.</exception>
    public static async Task<DicomBeginning> ReadAsync(
        Stream file, DicomTag stopBefore, Text.SpecificCharacterSet? assumed = null, CancellationToken cancellationToken = default)
    {
        await using var input = new PeekableStream(file);
        await input.FillAsync(PeekLength, cancellationToken);
        var (meta, syntax) = DicomFile.ReadStart(input);
        var builder = new DataSetBuilder(syntax, keepsLong: false);
        var decoder = new DicomDecoder(syntax, builder) { StopBefore = stopBefore, LongestWhole = 4 << 10 };
        if (syntax.IsDeflated)
        {
            await using var inflated = new DeflateStream(input, CompressionMode.Decompress);
            await RunAsync(inflated, decoder, 0, cancellationToken);
        }
        else
            await RunAsync(input, decoder, input.Position, cancellationToken);
        builder.DataSet.AssumedCharacterSet = assumed;
        return new DicomBeginning(meta, builder.DataSet, syntax);
    }

    private static async Task RunAsync(Stream input, DicomDecoder decoder, long start, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(PeekLength);
        try
        {
            var held = 0;
            while (!decoder.HasStopped)
            {
                var read = await input.ReadAsync(buffer.AsMemory(held), cancellationToken);
                held += read;
                var taken = decoder.Decode(buffer.AsSpan(0, held), isLast: read == 0);
                if (decoder.Fault.Error != DicomError.None)
                    throw new DicomException(decoder.Fault with { Position = decoder.Fault.Position + start });
                if (read == 0)
                    return;
                held -= taken;
                buffer.AsSpan(taken, held).CopyTo(buffer);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }
}
