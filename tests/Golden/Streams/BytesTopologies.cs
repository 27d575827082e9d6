using MedStreams.Streams;
using static MedStreams.Golden.Tests.Streams.GoldenTopology;
using static MedStreams.Golden.Tests.Streams.Text;

namespace MedStreams.Golden.Tests.Streams;

/// <summary>Bytes of the built-in serdes.</summary>
internal static class BytesTopologies
{
    public static IEnumerable<GoldenTopology> All() =>
    [
        Dsl(
            "bytes-primitives",
            b =>
            {
                var numbers = b.Stream<string?, string?>("in").Filter((_, v) => v != null);
                numbers.Map((_, v) => ((int)Number(v), (int)Number(v) * -7)).To("int");
                numbers.Map((_, v) => ((short)Number(v), (short)(Number(v) * -7))).To("short");
                numbers.MapValues(v => Number(v) / 3.0).To("double");
                numbers.MapValues(v => Number(v) / 3.0f).To("float");
                numbers.MapValues(v => Uuid(Number(v), Number(v) * 31)).To("uuid");
                numbers.MapValues(v => Number(v) % 2 == 0).To("bool");
            },
            "int",
            "short",
            "double",
            "float",
            "uuid",
            "bool").WithHex("int", "short", "double", "float", "uuid", "bool"),
        Dsl(
            "bytes-list",
            b => b.Stream<string?, string?>("in")
                .Filter((_, v) => v != null)
                .MapValues(v => (IReadOnlyList<string>)v!.Split(' '))
                .To("out", new() { ValueSerde = Serdes.ListOf(Serdes.String) }),
            "out").WithHex("out"),
    ];

    /// <summary>A UUID of two halves, as Java makes it.</summary>
    private static Guid Uuid(long high, long low)
    {
        var bytes = new byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(bytes, high);
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(8), low);
        return new Guid(bytes, bigEndian: true);
    }
}
