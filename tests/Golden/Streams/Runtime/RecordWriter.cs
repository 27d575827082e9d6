using System.Buffers.Binary;
using System.Net.Sockets;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Records;

namespace MedStreams.Golden.Tests.Streams.Runtime;

/// <summary>
/// Writes single records over a connection of its own. Clients of librdkafka cannot write the time 0, which they take for "now", and wait
/// long for what they know of a new topic.
/// </summary>
internal sealed class RecordWriter : IDisposable
{
    private const short Version = 9;
    private readonly TcpClient _client = new() { NoDelay = true };
    private int _lastId;

    public static async Task<RecordWriter> OpenAsync(string bootstrapServers)
    {
        var writer = new RecordWriter();
        var parts = bootstrapServers.Split(':');
        await writer._client.ConnectAsync(parts[0], int.Parse(parts[1]));
        return writer;
    }

    /// <summary>Writes a record; answers its offset.</summary>
    public async Task<long> WriteAsync(
        string topic, int partition, byte[]? key, byte[]? value, long timestamp, IReadOnlyList<RecordHeader> headers)
    {
        var batch = new RecordBatchBuilder();
        batch.Append(timestamp, key, value, headers);
        var request = new ProduceRequest { Acks = -1, TimeoutMs = 30_000 };
        request.TopicData.Add(new()
        {
            Name = topic,
            PartitionData = [new() { Index = partition, Records = new RecordData(batch.Build()) }],
        });
        using (var frame = MessageCodec.WriteRequest(++_lastId, "golden", Version, request))
            await _client.GetStream().WriteAsync(frame.ToArray());
        var length = new byte[sizeof(int)];
        await _client.GetStream().ReadExactlyAsync(length);
        var answer = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
        await _client.GetStream().ReadExactlyAsync(answer);

        // The header of a flexible response: the correlation id and an empty section of tags.
        Assert.True(MessageCodec.TryRead<ProduceResponse>(answer.AsMemory(5), Version, out var response, out _));
        var written = response.Responses[0].PartitionResponses[0];
        Assert.Equal(ErrorCode.None, written.ErrorCode);
        return written.BaseOffset;
    }

    public void Dispose() => _client.Dispose();
}
