using System.Buffers;

namespace MedStreams.Streams;

/// <summary>Serdes of types that can be null. The bytes are the same: the engine writes and reads null itself.</summary>
public static class NullableSerdes
{
    /// <summary>The serde of a value type for its nullable form: <c>Serdes.Int64.Nullable()</c> fits a count.</summary>
    public static ISerde<T?> Nullable<T>(this ISerde<T> serde)
        where T : struct => new NullableSerde<T>(serde);
}

/// <inheritdoc cref="NullableSerdes"/>
internal sealed class NullableSerde<T>(ISerde<T> inner) : ISerde<T?>
    where T : struct
{
    public void Serialize(T? value, IBufferWriter<byte> destination, in SerdeContext context) =>
        inner.Serialize(value.GetValueOrDefault(), destination, context);

    public T? Deserialize(ReadOnlySpan<byte> data, in SerdeContext context) => inner.Deserialize(data, context);
}
