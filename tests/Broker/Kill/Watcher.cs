using MedStreams.Broker.Protocol;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Tests.Kill;

/// <summary>
/// Looks on: the first offset, the last stable one and the end of every partition never go back, over all kills, and what a
/// reader was once shown as committed is committed.
/// </summary>
internal sealed class Watcher : IDisposable
{
    private const int FirstOffset = -2;
    private const int End = -1;
    private readonly Wire _wire;
    private readonly Dictionary<(TopicPartition Partition, int What, sbyte Isolation), long> _seen = [];
    private readonly List<CommittedReader> _readers;
    private readonly TopicPartition[] _partitions;

    public Watcher(int port, IEnumerable<TopicPartition> partitions, CancellationToken stop)
    {
        _wire = new Wire(port, stop);
        _partitions = [.. partitions];
        _readers = [.. Enumerable.Range(0, Plan.Partitions).Select(p => new CommittedReader(_wire, new(Plan.Out, p)))];
    }

    public Func<bool> Ending { get; init; } = () => false;

    /// <summary>What readers of <see cref="Plan.Out"/> were shown on the way, by partition.</summary>
    public IReadOnlyList<CommittedReader> Shown => _readers;

    public async Task RunAsync()
    {
        while (!Ending())
        {
            foreach (var (what, isolation) in new[] { (FirstOffset, (sbyte)0), (End, (sbyte)1), (End, (sbyte)0) })
                await AskAsync(what, isolation);
            foreach (var reader in _readers)
                await reader.FetchAsync();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _wire.Dispose();

    private async Task AskAsync(int what, sbyte isolation)
    {
        var response = await _wire.AskAsync<ListOffsetsRequest, ListOffsetsResponse>(7, new()
        {
            ReplicaId = -1,
            IsolationLevel = isolation,
            Topics =
            [
                .. _partitions.GroupBy(p => p.Topic).Select(t => new ListOffsetsRequest.ListOffsetsTopic
                {
                    Name = t.Key,
                    Partitions = [.. t.Select(p => new ListOffsetsRequest.ListOffsetsPartition { PartitionIndex = p.Partition, Timestamp = what })],
                }),
            ],
        });
        foreach (var topic in response.Topics)
        {
            foreach (var partition in topic.Partitions)
            {
                Assert.Equal(ErrorCode.None, partition.ErrorCode);
                var key = (new TopicPartition(topic.Name, partition.PartitionIndex), what, isolation);
                var before = _seen.GetValueOrDefault(key);
                if (partition.Offset < before)
                    throw new InvalidOperationException($"{key} went back from {before} to {partition.Offset}.");
                _seen[key] = partition.Offset;
            }
        }
    }
}
