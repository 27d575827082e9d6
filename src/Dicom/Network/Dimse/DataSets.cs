using System.Buffers;
using MedStreams.Dicom.Reading;
using MedStreams.Dicom.Text;

namespace MedStreams.Dicom.Network.Dimse;

/// <summary>Small data sets, such as identifiers of queries, which are held in memory.</summary>
internal static class DataSets
{
    /// <summary>The longest that is taken. A report on a commitment of 10,000 instances has about 2 MB.</summary>
    public const int MaxLength = 32 << 20;

    /// <summary>Reads the data set of a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="syntax">How it is written.</param>
    /// <param name="assumed">How text is taken where the data set does not say.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="DicomNetworkException">There is none, it is too long, or it cannot be read; tells the place.</exception>
    public static async ValueTask<DicomDataSet> ReadAsync(
        DimseMessage message, TransferSyntax syntax, SpecificCharacterSet? assumed, CancellationToken cancellationToken)
    {
        if (message.DataSet is null)
            throw DicomNetworkException.Unexpected($"{message.Command.Field} came without a data set.");
        var bytes = new ArrayBufferWriter<byte>(1024);
        while (await message.DataSet.ReadAsync(bytes.GetMemory(1024), cancellationToken) is var count and > 0)
        {
            bytes.Advance(count);
            if (bytes.WrittenCount > MaxLength)
                throw DicomNetworkException.Malformed("A data set", MaxLength, "longer than is allowed here, noticed");
        }

        return Parse(bytes.WrittenSpan, syntax, assumed);
    }

    /// <summary>Takes a data set apart.</summary>
    public static DicomDataSet Parse(ReadOnlySpan<byte> bytes, TransferSyntax syntax, SpecificCharacterSet? assumed)
    {
        var builder = new DataSetBuilder(syntax, keepsLong: true);
        var decoder = new DicomDecoder(syntax, builder);
        for (var taken = 0; taken < bytes.Length && decoder.Fault.Error == DicomError.None;)
        {
            var step = decoder.Decode(bytes[taken..], isLast: true);
            taken += step;
            if (step == 0)
                break;
        }

        if (decoder.Fault.Error != DicomError.None)
            throw DicomNetworkException.Malformed("A data set", decoder.Fault.Position, $"{decoder.Fault.Error} in {decoder.Fault.Tag}");
        builder.DataSet.AssumedCharacterSet = assumed;
        return builder.DataSet;
    }

    /// <summary>A data set as it is sent.</summary>
    public static MemoryStream Write(DicomDataSet dataSet, TransferSyntax syntax) => new(DicomEncoder(dataSet, syntax), writable: false);

    private static byte[] DicomEncoder(DicomDataSet dataSet, TransferSyntax syntax) => Writing.DicomEncoder.ToBytes(dataSet, syntax).ToArray();
}
