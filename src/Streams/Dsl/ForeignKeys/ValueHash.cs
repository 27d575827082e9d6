using System.Buffers.Binary;
using System.Numerics;

namespace MedStreams.Streams.Dsl.ForeignKeys;

/// <summary>
/// Tells whether a value is still the one that a subscription was made for: the 128-bit MurmurHash3 for x64 of its bytes, with
/// Kafka Streams' seed.
/// </summary>
internal readonly record struct ValueHash(long First, long Second)
{
    public const int Length = 16;

    private const ulong KafkaSeed = 104729;
    private const ulong FactorA = 0x87c37b91114253d5;
    private const ulong FactorB = 0x4cf5ad432745937f;

    public static ValueHash Of(ReadOnlySpan<byte> bytes, ulong seed = KafkaSeed)
    {
        var (one, two) = (seed, seed);
        var rest = bytes;
        for (; rest.Length >= 16; rest = rest[16..])
        {
            one = BitOperations.RotateLeft(one ^ MixA(BinaryPrimitives.ReadUInt64LittleEndian(rest)), 27) + two;
            one = (one * 5) + 0x52dce729;
            two = BitOperations.RotateLeft(two ^ MixB(BinaryPrimitives.ReadUInt64LittleEndian(rest[8..])), 31) + one;
            two = (two * 5) + 0x38495ab5;
        }

        Span<byte> tail = stackalloc byte[16];
        rest.CopyTo(tail);
        tail[rest.Length..].Clear();
        two ^= MixB(BinaryPrimitives.ReadUInt64LittleEndian(tail[8..]));
        one ^= MixA(BinaryPrimitives.ReadUInt64LittleEndian(tail));

        one ^= (ulong)bytes.Length;
        two ^= (ulong)bytes.Length;
        one += two;
        two += one;
        (one, two) = (Finish(one), Finish(two));
        one += two;
        two += one;
        return new ValueHash((long)one, (long)two);
    }

    private static ulong MixA(ulong part) => BitOperations.RotateLeft(part * FactorA, 31) * FactorB;

    private static ulong MixB(ulong part) => BitOperations.RotateLeft(part * FactorB, 33) * FactorA;

    private static ulong Finish(ulong hash)
    {
        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
        return hash ^ (hash >> 33);
    }
}
