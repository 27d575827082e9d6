using System.Reflection;

namespace MedStreams.Serialization.Avro;

/// <summary>Writes values of one type in memory by one schema. Encoders hold no state and are safe for use by several threads.</summary>
internal abstract class Encoder<T> : IDirect
{
    /// <inheritdoc/>
    public virtual MethodInfo? Direct => null;

    /// <summary>Writes a value.</summary>
    /// <exception cref="Streams.SerializationException">The schema cannot hold the value. The text names the place, not the content.</exception>
    public abstract void Write(ref AvroWriter writer, T value);

    protected static MethodInfo WriterMethod(string name) => typeof(AvroWriter).GetMethod(name)!;
}
