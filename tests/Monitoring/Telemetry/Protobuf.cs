using System.Text;

namespace MedStreams.Monitoring.Tests.Telemetry;

/// <summary>A protobuf message as fields, as far as the tests look at it.</summary>
internal readonly record struct Protobuf(ReadOnlyMemory<byte> Bytes)
{
    public string Text => Encoding.UTF8.GetString(Bytes.Span);

    public string Hex => Convert.ToHexStringLower(Bytes.Span);

    /// <summary>The messages, texts or bytes of a field.</summary>
    public IEnumerable<Protobuf> Of(int field) => Fields().Where(f => f.Number == field).Select(f => new Protobuf(f.Value));

    public Protobuf One(int field) => Of(field).FirstOrDefault();

    private List<(int Number, ReadOnlyMemory<byte> Value)> Fields()
    {
        var fields = new List<(int, ReadOnlyMemory<byte>)>();
        for (var rest = Bytes; rest.Length > 0;)
        {
            var (key, keyLength) = VarInt(rest.Span);
            rest = rest[keyLength..];
            var length = (key & 7) switch
            {
                0 => VarInt(rest.Span).Length,
                1 => 8,
                2 => 0,
                5 => 4,
                _ => throw new InvalidDataException($"wire type {key & 7}"),
            };
            if ((key & 7) == 2)
            {
                var (size, sizeLength) = VarInt(rest.Span);
                rest = rest[sizeLength..];
                length = (int)size;
            }

            fields.Add(((int)(key >> 3), rest[..length]));
            rest = rest[length..];
        }

        return fields;
    }

    private static (ulong Value, int Length) VarInt(ReadOnlySpan<byte> bytes)
    {
        var value = 0ul;
        for (var i = 0; ; i++)
        {
            value |= (ulong)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] < 0x80)
                return (value, i + 1);
        }
    }
}
