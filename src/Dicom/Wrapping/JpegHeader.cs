using System.Buffers.Binary;

namespace MedStreams.Dicom.Wrapping;

/// <summary>What the header of a JPEG says (ISO/IEC 10918-1 annex B), as far as a data set has to repeat it.</summary>
/// <param name="Rows">Height in pixels.</param>
/// <param name="Columns">Width in pixels.</param>
/// <param name="Components">1: grey; 3: colour.</param>
/// <param name="IsSubsampled">Whether colour has fewer pixels than brightness in a row.</param>
/// <param name="IsRgb">Whether the components are red, green and blue, as an Adobe marker may say.</param>
internal readonly record struct JpegHeader(int Rows, int Columns, int Components, bool IsSubsampled, bool IsRgb)
{
    /// <summary>Reads the header.</summary>
    /// <param name="bytes">The beginning of the file.</param>
    /// <returns>Null where it is no JPEG of the baseline process with 8 bits and one or three components, or the header is longer than the bytes.</returns>
    public static JpegHeader? Read(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8]))
            return null;
        var isRgb = false;
        for (var at = 2; at + 4 <= bytes.Length;)
        {
            if (bytes[at] != 0xFF)
                return null;
            var marker = bytes[at + 1];
            if (marker == 0xFF) // filling
            {
                at++;
                continue;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]);
            if (length < 2 || at + 2 + length > bytes.Length)
                return null;
            var segment = bytes.Slice(at + 4, length - 2);
            if (marker == 0xEE && segment.Length >= 12 && segment.StartsWith("Adobe"u8))
                isRgb = segment[11] == 0;
            if (marker is 0xC0)
                return Frame(segment, isRgb);
            if (marker is (>= 0xC1 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC)) or 0xDA or 0xD9)
                return null; // another process, or no frame at all
            at += 2 + length;
        }

        return null;
    }

    private static JpegHeader? Frame(ReadOnlySpan<byte> segment, bool isRgb)
    {
        if (segment.Length < 6 || segment[0] != 8 || segment[5] is not (1 or 3) || segment.Length < 6 + (3 * segment[5]))
            return null;
        var (rows, columns) = (BinaryPrimitives.ReadUInt16BigEndian(segment[1..]), BinaryPrimitives.ReadUInt16BigEndian(segment[3..]));
        if (rows == 0 || columns == 0)
            return null;
        var isSubsampled = segment[5] == 3 && segment[7] != segment[10];
        return new JpegHeader(rows, columns, segment[5], isSubsampled, isRgb && segment[5] == 3);
    }
}
