using System.Runtime.InteropServices;

namespace MedStreams.Topologies.Increments.Counting;

/// <summary>
/// The bytes of a <see cref="DistinctSketch"/>. First a byte: 1 for the small form, followed by the differences of the ordered
/// entries as variable-length integers; 2 for the large one, followed by the registers, six bits each, lowest bits first.
/// </summary>
internal static class SketchForm
{
    private const byte Small = 1;
    private const byte Large = 2;
    private const int BitsPerRegister = 6;

    public static bool IsLarge(ReadOnlySpan<byte> bytes) => bytes.Length > 0 && bytes[0] == Large;

    public static byte[] Write(List<uint> entries)
    {
        Span<byte> bytes = new byte[1 + (entries.Count * 5)];
        bytes[0] = Small;
        var length = 1;
        var previous = 0u;
        foreach (var entry in CollectionsMarshal.AsSpan(entries))
        {
            var difference = entry - previous;
            for (; difference >= 0x80; difference >>= 7)
                bytes[length++] = (byte)(difference | 0x80);
            bytes[length++] = (byte)difference;
            previous = entry;
        }

        return bytes[..length].ToArray();
    }

    public static byte[] Write(byte[] ranks)
    {
        var bytes = new byte[1 + (ranks.Length * BitsPerRegister / 8)];
        bytes[0] = Large;
        for (int i = 0, at = 1; i < ranks.Length; i += 4, at += 3)
        {
            var four = ranks[i] | (ranks[i + 1] << 6) | (ranks[i + 2] << 12) | (ranks[i + 3] << 18);
            bytes[at] = (byte)four;
            bytes[at + 1] = (byte)(four >> 8);
            bytes[at + 2] = (byte)(four >> 16);
        }

        return bytes;
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, List<uint> entries, int most)
    {
        if (bytes.IsEmpty || bytes[0] != Small)
            return false;
        bytes = bytes[1..];
        var previous = 0u;
        while (!bytes.IsEmpty)
        {
            var difference = 0u;
            var shift = 0;
            byte b;
            do
            {
                if (bytes.IsEmpty || shift > 28)
                    return false;
                b = bytes[0];
                bytes = bytes[1..];
                difference |= (uint)(b & 0x7F) << shift;
                shift += 7;
            }
            while (b >= 0x80);

            if ((difference == 0 && entries.Count > 0) || difference > uint.MaxValue - previous || entries.Count == most)
                return false;
            entries.Add(previous += difference);
        }

        return true;
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, byte[] ranks)
    {
        if (bytes.Length != 1 + (ranks.Length * BitsPerRegister / 8))
            return false;
        for (int i = 0, at = 1; i < ranks.Length; i += 4, at += 3)
        {
            var four = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16);
            for (var k = 0; k < 4; k++, four >>= 6)
                ranks[i + k] = (byte)(four & 0x3F);
        }

        return true;
    }
}
