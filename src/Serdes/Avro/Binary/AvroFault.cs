namespace MedStreams.Serialization.Avro;

/// <summary>What can be wrong with the bytes of a datum.</summary>
internal enum AvroFault
{
    None,
    EndOfData,
    NegativeLength,
    LengthBeyondData,
    NumberTooLong,
    NumberTooLarge,
    NoBoolean,
    UnionIndex,
    EnumIndex,
    TooManyItems,
    BlockSize,
    TooDeep,
    BytesLeft,
    Unreadable,
}
