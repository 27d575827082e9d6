using System.Buffers.Binary;

namespace MedStreams.Broker.Storage;

/// <summary>A transaction that was aborted, as a segment's <c>.txnindex</c> holds it.</summary>
/// <param name="ProducerId">The producer.</param>
/// <param name="FirstOffset">The offset of the transaction's first record in the partition.</param>
/// <param name="LastOffset">The offset of the abort marker.</param>
/// <param name="LastStableOffset">The last stable offset once the marker was written.</param>
internal readonly record struct AbortedTransaction(long ProducerId, long FirstOffset, long LastOffset, long LastStableOffset)
{
    /// <summary>The size of an entry: a version of two bytes and four numbers of eight, highest byte first.</summary>
    public const int Size = 34;

    /// <summary>Writes the entry.</summary>
    public void Write(Span<byte> target)
    {
        BinaryPrimitives.WriteInt16BigEndian(target, 0);
        BinaryPrimitives.WriteInt64BigEndian(target[2..], ProducerId);
        BinaryPrimitives.WriteInt64BigEndian(target[10..], FirstOffset);
        BinaryPrimitives.WriteInt64BigEndian(target[18..], LastOffset);
        BinaryPrimitives.WriteInt64BigEndian(target[26..], LastStableOffset);
    }

    /// <summary>Reads an entry.</summary>
    public static AbortedTransaction Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadInt64BigEndian(source[2..]),
        BinaryPrimitives.ReadInt64BigEndian(source[10..]),
        BinaryPrimitives.ReadInt64BigEndian(source[18..]),
        BinaryPrimitives.ReadInt64BigEndian(source[26..]));
}
