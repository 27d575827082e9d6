namespace MedStreams.Serialization.Avro;

/// <summary>What a datum may ask for, whatever its bytes claim.</summary>
internal static class AvroLimits
{
    /// <summary>How deep records, arrays and maps may nest, read or written.</summary>
    public const int Depth = 500;

    /// <summary>How many items without any bytes (nulls, records without fields) the collections of one datum may hold in all.</summary>
    public const int ItemsWithoutBytes = 100_000;

    /// <summary>Room that a collection gets before its items are seen.</summary>
    public const int Capacity = 4096;
}
