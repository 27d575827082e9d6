using System.Buffers;

namespace MedStreams.Streams.Dsl.ForeignKeys;

/// <summary>
/// A foreign key that is there. Where there may be none it is used as <c>ForeignKey&lt;T&gt;?</c>, which can be null for every type,
/// so a value type needs no value of its own that stands for "none".
/// </summary>
internal readonly record struct ForeignKey<T>(T Value);

/// <summary>The bytes of the key itself.</summary>
internal sealed class ForeignKeySerde<T>(ISerde<T> inner) : ISerde<ForeignKey<T>?>
{
    public void Serialize(ForeignKey<T>? value, IBufferWriter<byte> destination, in SerdeContext context) =>
        inner.Serialize(value!.Value.Value, destination, context);

    public ForeignKey<T>? Deserialize(ReadOnlySpan<byte> data, in SerdeContext context) =>
        new ForeignKey<T>(inner.Deserialize(data, context));
}
