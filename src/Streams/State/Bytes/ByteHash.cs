using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace MedStreams.Streams.State;

/// <summary>
/// A fast hash of keys: multiply and fold over 16 bytes at a time, seeded anew in each process. Not for anything that outlives it.
/// </summary>
internal static class ByteHash
{
    private const ulong First = 0x9E3779B97F4A7C15;
    private const ulong Second = 0xD1B54A32D192ED03;
    private static readonly ulong Seed = (ulong)Random.Shared.NextInt64();

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var state = Seed ^ ((ulong)bytes.Length * First);
        while (bytes.Length >= 16)
        {
            state = Fold(
                state ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ First,
                BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]) ^ Second);
            bytes = bytes[16..];
        }

        ulong low = 0, high = 0;
        if (bytes.Length >= 8)
        {
            low = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            high = BinaryPrimitives.ReadUInt64LittleEndian(bytes[^8..]);
        }
        else if (bytes.Length >= 4)
        {
            low = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[^4..]);
        }
        else if (bytes.Length > 0)
        {
            low = ((ulong)bytes[0] << 16) | ((ulong)bytes[bytes.Length >> 1] << 8) | bytes[^1];
        }

        state = Fold(state ^ low ^ First, high ^ Second);
        return (uint)(state ^ (state >> 32));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out var low);
        return high ^ low;
    }
}
