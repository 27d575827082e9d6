using MedStreams.Broker.Protocol;
using MedStreams.Broker.Records;

namespace MedStreams.Broker.Tests.Api;

/// <summary>Batches that are not taken: which error comes first, as with Apache Kafka 3.9.</summary>
public sealed class ProduceAnswerTests : IAsyncLifetime
{
    private AskedBroker _broker = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = await AskedBroker.StartAsync();
        await _broker.CreateTopicAsync("t", 1, ("max.message.bytes", "500"));
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public async Task The_first_thing_wrong_with_a_batch_is_told()
    {
        var good = Batch(0, 1);
        byte[] spoiled = [.. good];
        spoiled[^1] ^= 1;
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, await ProduceAsync("u", good, acks: 5));
        Assert.Equal(ErrorCode.InvalidRecord, await ProduceAsync("t", [], acks: 5));
        Assert.Equal(ErrorCode.InvalidRecord, await ProduceAsync("t", [.. good, .. good], acks: 5));
        Assert.Equal(ErrorCode.InvalidRequiredAcks, await ProduceAsync("t", spoiled, acks: 5));
        Assert.Equal(ErrorCode.InvalidTopicException, await ProduceAsync("__consumer_offsets", spoiled));
        Assert.Equal(ErrorCode.InvalidRecord, await ProduceAsync("t", Batch(7, 1000)));
        Assert.Equal(ErrorCode.MessageTooLarge, await ProduceAsync("t", Batch(0, 1000)));
        Assert.Equal(ErrorCode.CorruptMessage, await ProduceAsync("t", spoiled));
        Assert.Equal(ErrorCode.None, await ProduceAsync("t", good));
    }

    private static byte[] Batch(long baseOffset, int size)
    {
        var batch = new RecordBatchBuilder { BaseOffset = baseOffset };
        batch.Append(1_700_000_000_000, null, new byte[size]);
        return batch.Build();
    }

    private async Task<ErrorCode> ProduceAsync(string topic, byte[] batch, short acks = -1)
    {
        if (topic == "__consumer_offsets")
            await _broker.AskAsync<FindCoordinatorRequest, FindCoordinatorResponse>(3, new() { Key = "g" });
        var response = await _broker.AskAsync<ProduceRequest, ProduceResponse>(9, new()
        {
            Acks = acks,
            TimeoutMs = 1000,
            TopicData = [new() { Name = topic, PartitionData = [new() { Index = 0, Records = new RecordData(batch) }] }],
        });
        return response.Responses[0].PartitionResponses[0].ErrorCode;
    }
}
