namespace MedStreams.Hl7;

/// <summary>
/// Finds the segments of a message in its bytes, by the rules that <see cref="Hl7Message"/> finds them in the text with.
/// The characters that end a segment or stand around it are one byte each in every set that a message may have.
/// </summary>
internal static class SegmentBytes
{
    public static (int Start, int End)[] Find(ReadOnlySpan<byte> bytes, int count)
    {
        var ranges = new (int Start, int End)[count];
        var last = bytes.TrimEnd("\u001C\r\n"u8).Length;
        var at = bytes.StartsWith(Hl7CharacterSet.ByteOrderMark) ? Hl7CharacterSet.ByteOrderMark.Length : 0;
        for (var i = 0; i < count; i++)
        {
            at += bytes[at..last].IndexOfAnyExcept(i == 0 ? "\v \t\r\n"u8 : " \t\r\n"u8);
            var length = bytes[at..last].IndexOfAny((byte)'\r', (byte)'\n');
            ranges[i] = (at, length < 0 ? last : at + length);
            at = ranges[i].End;
        }

        return ranges;
    }
}
