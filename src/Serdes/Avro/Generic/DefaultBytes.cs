using System.Buffers;
using System.Runtime.CompilerServices;

namespace MedStreams.Serialization.Avro;

/// <summary>Defaults of fields in binary, from which each value that is missing is made anew.</summary>
internal static class DefaultBytes
{
    private static readonly ConditionalWeakTable<AvroField, StrongBox<byte[]?>> Known = [];

    /// <summary>The binary encoding of a field's default; false where it does not fit the field's type.</summary>
    public static bool TryMake(AvroField field, out byte[] bytes)
    {
        bytes = Known.GetValue(field, static field => new StrongBox<byte[]?>(Make(field))).Value ?? [];
        return Known.TryGetValue(field, out var known) && known.Value is not null;
    }

    public static string Refusal(AvroField field) => $"the default of field {field.Name} is no value of its type";

    private static byte[]? Make(AvroField field)
    {
        if (field.Default is not { } json || !DefaultValue.Fits(field.Schema, json))
            return null;
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new AvroWriter(buffer);
        GenericEncoders.For(field.Schema).Write(ref writer, AvroJson.Default(field.Schema, json));
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
