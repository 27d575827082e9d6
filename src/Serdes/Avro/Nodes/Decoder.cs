using System.Reflection;

namespace MedStreams.Serialization.Avro;

/// <summary>An encoder or decoder that compiled records need not call.</summary>
internal interface IDirect
{
    /// <summary>The method of the reader or writer that does the same, where there is one: compiled records call it directly.</summary>
    MethodInfo? Direct { get; }
}

/// <summary>
/// Reads values of one type in memory from bytes of one writer's schema. Decoders are made once for each pair of schemas and
/// type, hold no state and are safe for use by several threads. After a fault of the reader the value means nothing.
/// </summary>
internal abstract class Decoder<T> : IDirect
{
    /// <inheritdoc/>
    public virtual MethodInfo? Direct => null;

    public abstract T Read(ref AvroReader reader);

    protected static MethodInfo ReaderMethod(string name) => typeof(AvroReader).GetMethod(name)!;
}
