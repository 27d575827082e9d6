using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace MedStreams.Broker.Records;

/// <summary>
/// CRC-32C (Castagnoli), the checksum of record batches; by the processor's own instruction where it has one.
/// </summary>
internal static class Crc32C
{
    /// <summary>The checksum of some bytes.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes) => Append(0, bytes);

    /// <summary>The checksum of bytes that follow others.</summary>
    /// <param name="previous">The checksum of the bytes before; 0 if there are none.</param>
    /// <param name="bytes">The bytes that follow.</param>
    public static uint Append(uint previous, ReadOnlySpan<byte> bytes)
    {
        var crc = ~previous;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
            crc = BitOperations.Crc32C(crc, LittleEndian(word));
        foreach (var one in bytes[(words.Length * sizeof(ulong))..])
            crc = BitOperations.Crc32C(crc, one);
        return ~crc;
    }

    private static ulong LittleEndian(ulong word) =>
        BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word);
}
