namespace MedStreams.Broker.Records;

/// <summary>
/// Where the fields of a record batch of magic 2 lie, in bytes from its start. Numbers have their highest byte first.
/// </summary>
internal static class BatchLayout
{
    /// <summary>The offset of the first record; eight bytes.</summary>
    public const int BaseOffset = 0;

    /// <summary>The length of what follows this field; four bytes.</summary>
    public const int Length = 8;

    /// <summary>The epoch of the partition's leader that appended the batch; four bytes.</summary>
    public const int PartitionLeaderEpoch = 12;

    /// <summary>The version of the format; one byte, in all versions at this place.</summary>
    public const int Magic = 16;

    /// <summary>The checksum of everything from <see cref="Attributes"/> on; four bytes.</summary>
    public const int Crc = 17;

    /// <summary>Compression, kind of timestamp, transactional, control, delete horizon; two bytes.</summary>
    public const int Attributes = 21;

    /// <summary>The last offset less the base offset; four bytes.</summary>
    public const int LastOffsetDelta = 23;

    /// <summary>The time that the records' times are relative to, in epoch milliseconds; eight bytes.</summary>
    public const int BaseTimestamp = 27;

    /// <summary>The latest time of the records, in epoch milliseconds; eight bytes.</summary>
    public const int MaxTimestamp = 35;

    /// <summary>The producer's id, or -1; eight bytes.</summary>
    public const int ProducerId = 43;

    /// <summary>The producer's epoch, or -1; two bytes.</summary>
    public const int ProducerEpoch = 51;

    /// <summary>The sequence number of the first record, or -1; four bytes.</summary>
    public const int BaseSequence = 53;

    /// <summary>The number of records; four bytes.</summary>
    public const int Count = 57;

    /// <summary>The records; with <see cref="Count"/> zero there are none.</summary>
    public const int Records = 61;

    /// <summary>The bytes before those that <see cref="Length"/> counts.</summary>
    public const int LengthOverhead = 12;

    /// <summary>The only format that is stored.</summary>
    public const byte CurrentMagic = 2;
}
