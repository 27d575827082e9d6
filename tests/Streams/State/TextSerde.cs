using System.Buffers;
using System.Text;

namespace MedStreams.Streams.Tests.State;

internal sealed class TextSerde : ISerde<string>
{
    public static TextSerde Instance { get; } = new();

    public void Serialize(string value, IBufferWriter<byte> destination, in SerdeContext context) =>
        Encoding.UTF8.GetBytes(value, destination);

    public string Deserialize(ReadOnlySpan<byte> data, in SerdeContext context) => Encoding.UTF8.GetString(data);
}

internal sealed class RawSerde : ISerde<byte[]>
{
    public static RawSerde Instance { get; } = new();

    public void Serialize(byte[] value, IBufferWriter<byte> destination, in SerdeContext context) => destination.Write(value);

    public byte[] Deserialize(ReadOnlySpan<byte> data, in SerdeContext context) => data.ToArray();
}
