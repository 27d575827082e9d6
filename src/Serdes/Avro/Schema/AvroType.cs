namespace MedStreams.Serialization.Avro;

/// <summary>The types of Avro 1.12's specification, primitive ones first.</summary>
public enum AvroType
{
    /// <summary>No value; no bytes.</summary>
    Null,

    /// <summary>One byte, 0 or 1.</summary>
    Boolean,

    /// <summary>32 bits, as a zigzag varint.</summary>
    Int,

    /// <summary>64 bits, as a zigzag varint.</summary>
    Long,

    /// <summary>IEEE 754, 4 bytes, little-endian.</summary>
    Float,

    /// <summary>IEEE 754, 8 bytes, little-endian.</summary>
    Double,

    /// <summary>A length and bytes.</summary>
    Bytes,

    /// <summary>A length and UTF-8.</summary>
    String,

    /// <summary>Named fields, one after the other.</summary>
    Record,

    /// <summary>One of several symbols, by its index.</summary>
    Enum,

    /// <summary>Items of one type, in blocks.</summary>
    Array,

    /// <summary>Values of one type under texts as keys, in blocks.</summary>
    Map,

    /// <summary>One of several types: the index of the branch, then its value.</summary>
    Union,

    /// <summary>A fixed number of bytes.</summary>
    Fixed,
}
