using System.Buffers;
using System.Buffers.Binary;

namespace MedStreams.Dicom.Writing;

/// <summary>
/// Writes data sets (PS3.5 section 7). What was read from the same transfer syntax comes out byte for byte; a data set in another byte order than the syntax's is
/// refused, since its numbers would have to be turned. Pure; safe for concurrent use.
/// </summary>
public static class DicomEncoder
{
    private const uint Undefined = uint.MaxValue;

    /// <summary>Writes a data set.</summary>
    /// <param name="dataSet">What is written.</param>
    /// <param name="syntax">How; of a deflated one, before it is deflated.</param>
    /// <param name="to">Where the bytes go.</param>
    /// <exception cref="ArgumentException">
    /// A value was left out when the data set was read, is too long for its VR's length, or the byte orders differ; the message names the tag.
    /// </exception>
    public static void Write(DicomDataSet dataSet, TransferSyntax syntax, IBufferWriter<byte> to)
    {
        if (dataSet.IsBigEndian != syntax.IsBigEndian)
            throw new ArgumentException($"The data set's byte order is not that of {syntax.Uid}.", nameof(syntax));
        foreach (var element in dataSet.Elements)
            Write(element, syntax, syntax.IsExplicit, to);
    }

    /// <summary>The bytes of a data set.</summary>
    /// <exception cref="ArgumentException">As of <see cref="Write(DicomDataSet, TransferSyntax, IBufferWriter{byte})"/>.</exception>
    public static ReadOnlyMemory<byte> ToBytes(DicomDataSet dataSet, TransferSyntax syntax)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Write(dataSet, syntax, buffer);
        return buffer.WrittenMemory;
    }

    private static void Write(DicomElement element, TransferSyntax syntax, bool isExplicit, IBufferWriter<byte> to)
    {
        if (element.LeftOut is not null)
            throw new ArgumentException($"The value of {element.Tag} was left out when it was read.", nameof(element));
        if (element.Items is not null)
            WriteSequence(element, syntax, isExplicit, to);
        else if (element.Fragments is { } fragments)
            WriteFragments(element, fragments, syntax, isExplicit, to);
        else
        {
            WriteHeader(element, (uint)element.Value.Length, syntax, isExplicit, to);
            to.Write(element.Value.Span);
        }
    }

    private static void WriteSequence(DicomElement element, TransferSyntax syntax, bool isExplicit, IBufferWriter<byte> to)
    {
        // What is in a UN of undefined length has no VRs (PS3.5 section 6.2.2).
        var isInnerExplicit = isExplicit && element.Vr == DicomVr.SQ;
        if (element.HasUndefinedLength)
        {
            WriteHeader(element, Undefined, syntax, isExplicit, to);
            WriteItems(element.Items!, syntax, isInnerExplicit, to);
            WriteTagAndLength(DicomTag.SequenceDelimitation, 0, syntax, to);
            return;
        }

        var items = new ArrayBufferWriter<byte>();
        WriteItems(element.Items!, syntax, isInnerExplicit, items);
        WriteHeader(element, (uint)items.WrittenCount, syntax, isExplicit, to);
        to.Write(items.WrittenSpan);
    }

    private static void WriteItems(IReadOnlyList<DicomItem> items, TransferSyntax syntax, bool isExplicit, IBufferWriter<byte> to)
    {
        foreach (var item in items)
        {
            var content = new ArrayBufferWriter<byte>();
            foreach (var element in item.DataSet.Elements)
                Write(element, syntax, isExplicit, content);
            WriteTagAndLength(DicomTag.Item, item.HasUndefinedLength ? Undefined : (uint)content.WrittenCount, syntax, to);
            to.Write(content.WrittenSpan);
            if (item.HasUndefinedLength)
                WriteTagAndLength(DicomTag.ItemDelimitation, 0, syntax, to);
        }
    }

    private static void WriteFragments(
        DicomElement element, IReadOnlyList<ReadOnlyMemory<byte>> fragments, TransferSyntax syntax, bool isExplicit, IBufferWriter<byte> to)
    {
        WriteHeader(element, Undefined, syntax, isExplicit, to);
        foreach (var fragment in fragments)
        {
            WriteTagAndLength(DicomTag.Item, (uint)fragment.Length, syntax, to);
            to.Write(fragment.Span);
        }

        WriteTagAndLength(DicomTag.SequenceDelimitation, 0, syntax, to);
    }

    private static void WriteHeader(DicomElement element, uint length, TransferSyntax syntax, bool isExplicit, IBufferWriter<byte> to)
    {
        if (!isExplicit || !element.IsVrWritten)
        {
            WriteTagAndLength(element.Tag, length, syntax, to);
            return;
        }

        if (!element.Vr.HasLongLength && length > ushort.MaxValue)
            throw new ArgumentException($"The value of {element.Tag} is too long for {element.Vr}: {length} bytes.", nameof(element));
        var header = to.GetSpan(12);
        WriteTag(element.Tag, syntax, header);
        var letters = element.Vr.ToString();
        (header[4], header[5]) = ((byte)letters[0], (byte)letters[1]);
        if (!element.Vr.HasLongLength)
        {
            WriteUInt16((ushort)length, syntax, header[6..]);
            to.Advance(8);
            return;
        }

        header[6..8].Clear();
        WriteUInt32(length, syntax, header[8..]);
        to.Advance(12);
    }

    private static void WriteTagAndLength(DicomTag tag, uint length, TransferSyntax syntax, IBufferWriter<byte> to)
    {
        var header = to.GetSpan(8);
        WriteTag(tag, syntax, header);
        WriteUInt32(length, syntax, header[4..]);
        to.Advance(8);
    }

    private static void WriteTag(DicomTag tag, TransferSyntax syntax, Span<byte> to)
    {
        WriteUInt16(tag.Group, syntax, to);
        WriteUInt16(tag.Element, syntax, to[2..]);
    }

    private static void WriteUInt16(ushort value, TransferSyntax syntax, Span<byte> to)
    {
        if (syntax.IsBigEndian)
            BinaryPrimitives.WriteUInt16BigEndian(to, value);
        else
            BinaryPrimitives.WriteUInt16LittleEndian(to, value);
    }

    private static void WriteUInt32(uint value, TransferSyntax syntax, Span<byte> to)
    {
        if (syntax.IsBigEndian)
            BinaryPrimitives.WriteUInt32BigEndian(to, value);
        else
            BinaryPrimitives.WriteUInt32LittleEndian(to, value);
    }
}
