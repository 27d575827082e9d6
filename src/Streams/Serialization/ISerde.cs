using System.Buffers;

namespace MedStreams.Streams;

/// <summary>What a serde may know of the record whose key or value it handles.</summary>
/// <param name="Topic">The topic read from or written to; for a store, its changelog topic.</param>
/// <param name="IsKey">True for the key, false for the value.</param>
/// <param name="Headers">The record's headers.</param>
public readonly record struct SerdeContext(string Topic, bool IsKey, Headers Headers);

/// <summary>
/// Turns values into bytes and back. The engine handles null itself (null bytes are a null value), so a serde never
/// sees it. Instances are shared by all tasks and must be safe for use by several threads.
/// </summary>
public interface ISerde<T>
{
    /// <summary>Writes the bytes of a value that is not null.</summary>
    /// <exception cref="RetriableException">What the serde needs does not answer now: the engine waits and tries again.</exception>
    void Serialize(T value, IBufferWriter<byte> destination, in SerdeContext context);

    /// <summary>Reads a value.</summary>
    /// <param name="data">The bytes; they are only valid during the call.</param>
    /// <param name="context">The record it belongs to.</param>
    /// <exception cref="SerializationException">The bytes are no value of this kind. The text names no content.</exception>
    /// <exception cref="RetriableException">What the serde needs does not answer now: the engine waits and tries again.</exception>
    T Deserialize(ReadOnlySpan<byte> data, in SerdeContext context);
}
