using MedStreams.Broker.Protocol;
using MedStreams.Broker.Records;
using MedStreams.Support;

namespace MedStreams.Broker.Tests.Api;

/// <summary>
/// Where the one leader epoch ends, whatever became of the records before: consumers ask it to find out whether the log was cut
/// behind them (KIP-320), and would take an end that moves back for loss.
/// </summary>
public sealed class LeaderEpochTests : IAsyncLifetime
{
    private AskedBroker _broker = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = await AskedBroker.StartAsync(options => options with { CompactionInterval = TimeSpan.FromMilliseconds(20) });
        await _broker.CreateTopicAsync("t", 1, ("cleanup.policy", "compact"), ("segment.bytes", "2000"), ("min.cleanable.dirty.ratio", "0"));
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public async Task An_empty_log_ends_at_its_beginning() => Assert.Equal((0, 0), await EndAsync(0));

    [Fact]
    public async Task The_end_stays_after_compaction_and_after_records_were_deleted()
    {
        for (var i = 0; i < 30; i++)
            await ProduceAsync();
        Assert.Equal((0, 30), await EndAsync(0));
        await Eventually.Holds(async () => await SizeAsync() < 3000);
        Assert.Equal((0, 30), await EndAsync(0));
        foreach (var offset in new long[] { 10, 29, 30 })
        {
            var deleted = await _broker.AskAsync<DeleteRecordsRequest, DeleteRecordsResponse>(2, new()
            {
                TimeoutMs = 1000,
                Topics = [new() { Name = "t", Partitions = [new() { PartitionIndex = 0, Offset = offset }] }],
            });
            Assert.Equal(ErrorCode.PolicyViolation, deleted.Topics[0].Partitions[0].ErrorCode);
        }

        // Apache Kafka deletes records only where the policy says delete.
        await AlterAsync("cleanup.policy", "compact,delete");
        foreach (var offset in new long[] { 10, 29, 30 })
        {
            var deleted = await _broker.AskAsync<DeleteRecordsRequest, DeleteRecordsResponse>(2, new()
            {
                TimeoutMs = 1000,
                Topics = [new() { Name = "t", Partitions = [new() { PartitionIndex = 0, Offset = offset }] }],
            });
            Assert.Equal((ErrorCode.None, offset), (deleted.Topics[0].Partitions[0].ErrorCode, deleted.Topics[0].Partitions[0].LowWatermark));
            Assert.Equal((0, 30), await EndAsync(0));
        }

        await ProduceAsync();
        Assert.Equal((0, 31), await EndAsync(0));
        Assert.Equal((-1, -1), await EndAsync(1));
        Assert.Equal((-1, -1), await EndAsync(-1));
    }

    private async Task<(int Epoch, long Offset)> EndAsync(int epoch)
    {
        var response = await _broker.AskAsync<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>(4, new()
        {
            ReplicaId = -1,
            Topics = [new() { Topic = "t", Partitions = [new() { Partition = 0, CurrentLeaderEpoch = 0, LeaderEpoch = epoch }] }],
        });
        var end = response.Topics[0].Partitions[0];
        Assert.Equal(ErrorCode.None, end.ErrorCode);
        return (end.LeaderEpoch, end.EndOffset);
    }

    private async Task ProduceAsync()
    {
        var batch = new RecordBatchBuilder();
        batch.Append(1_700_000_000_000, [1], new byte[80]);
        var response = await _broker.AskAsync<ProduceRequest, ProduceResponse>(9, new()
        {
            Acks = -1,
            TimeoutMs = 1000,
            TopicData = [new() { Name = "t", PartitionData = [new() { Index = 0, Records = new RecordData(batch.Build()) }] }],
        });
        Assert.Equal(ErrorCode.None, response.Responses[0].PartitionResponses[0].ErrorCode);
    }

    private async Task<long> SizeAsync()
    {
        var response = await _broker.AskAsync<DescribeLogDirsRequest, DescribeLogDirsResponse>(
            3, new() { Topics = [new() { Topic = "t", Partitions = [0] }] });
        return response.Results[0].Topics[0].Partitions[0].PartitionSize;
    }

    private async Task AlterAsync(string name, string value)
    {
        var response = await _broker.AskAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(1, new()
        {
            Resources = [new() { ResourceType = 2, ResourceName = "t", Configs = [new() { Name = name, Value = value }] }],
        });
        Assert.Equal(ErrorCode.None, response.Responses[0].ErrorCode);
    }
}
