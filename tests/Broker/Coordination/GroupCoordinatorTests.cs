using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Tests.Coordination;

public sealed class GroupCoordinatorTests : IDisposable
{
    private static readonly TopicPartition Zero = new("t", 0);
    private static readonly Committer Nobody = new(-1, "", null);
    private readonly CoordinatorHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_member_goes_on_after_a_restart_of_the_broker()
    {
        var (member, generation) = await StableAsync();
        await CommitAsync(new(generation, member, null), 5);

        _host.Restart();

        Assert.Equal(ErrorCode.None, await _host.Groups.HeartbeatAsync("g", member, null, generation));
        var (_, offsets) = await _host.Groups.FetchAsync("g", null, requireStable: true);
        Assert.Equal((Zero, 5L), (offsets[0].Partition, offsets[0].Offset));
        Assert.Equal([7], (await _host.Groups.SyncAsync("g", CoordinatorHost.Sync(member, generation))).Assignment);
    }

    [Fact]
    public async Task A_member_that_stays_away_after_a_restart_is_given_up()
    {
        var (member, generation) = await StableAsync();
        _host.Restart();
        _host.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(ErrorCode.UnknownMemberId, await _host.Groups.HeartbeatAsync("g", member, null, generation));
        _host.Restart();
        Assert.Equal(GroupState.Empty, (await _host.Groups.DescribeAsync("g")).State);
    }

    [Fact]
    public async Task Answers_wait_until_what_they_rest_on_is_durable()
    {
        await CommitAsync(Nobody, 1);
        _host.Flusher.Hold();
        var commit = _host.Groups.CommitAsync("g", Nobody, [(Zero, new(2, -1, "", 0))]).AsTask();
        var fetch = _host.Groups.FetchAsync("g", null, requireStable: false).AsTask();
        Assert.False(commit.IsCompleted);
        Assert.False(fetch.IsCompleted);

        _host.Flusher.Release();

        Assert.Equal(ErrorCode.None, (await commit)[0].Error);
        Assert.Equal(2, (await fetch).Offsets[0].Offset);
    }

    [Fact]
    public async Task An_assignment_is_handed_out_when_it_is_durable()
    {
        var joined = await _host.Groups.JoinAsync("g", CoordinatorHost.Join());
        _host.Flusher.Hold();
        var sync = _host.Groups.SyncAsync(
            "g", CoordinatorHost.Sync(joined.MemberId, 1, (joined.MemberId, [7]))).AsTask();
        Assert.False(sync.IsCompleted);
        _host.Flusher.Release();
        Assert.Equal([7], (await sync).Assignment);
    }

    [Fact]
    public async Task A_broken_disk_sends_clients_away()
    {
        await CommitAsync(Nobody, 1);
        _host.Flusher.Hold();
        var commit = _host.Groups.CommitAsync("g", Nobody, [(Zero, new(2, -1, "", 0))]).AsTask();
        _host.Flusher.Break();
        Assert.Equal(ErrorCode.NotCoordinator, (await commit)[0].Error);
        Assert.Equal(
            ErrorCode.CoordinatorLoadInProgress, (await _host.Groups.CommitAsync("g", Nobody, [(Zero, new(3, -1, "", 0))]))[0].Error);
    }

    [Fact]
    public async Task A_rebalance_ends_by_the_clock()
    {
        var (first, _) = await StableAsync();
        var second = _host.Groups.JoinAsync("g", CoordinatorHost.Join()).AsTask();
        for (var i = 0; i < 12; i++)
        {
            _host.Time.Advance(TimeSpan.FromSeconds(5));
            await _host.Groups.HeartbeatAsync("g", first, null, 1);
        }

        Assert.Equal(2, (await second).Generation);
    }

    [Fact]
    public async Task A_deleted_group_begins_again_and_stays_deleted_after_a_restart()
    {
        var (member, _) = await StableAsync();
        await _host.Groups.LeaveAsync("g", [new Leaving(member, null)]);
        await CommitAsync(Nobody, 3);
        Assert.Equal(ErrorCode.None, await _host.Groups.DeleteAsync("g"));
        Assert.Equal(ErrorCode.GroupIdNotFound, await _host.Groups.DeleteAsync("g"));
        _host.Restart();
        Assert.Equal(0, _host.Groups.Count);
        Assert.Equal(1, (await _host.Groups.JoinAsync("g", CoordinatorHost.Join())).Generation);
    }

    [Fact]
    public async Task Offsets_go_with_their_topic()
    {
        _host.CreateTopic("t");
        await CommitAsync(Nobody, 3);
        _host.Logs.Delete("t");
        var (_, offsets) = await _host.Groups.FetchAsync("g", [Zero], requireStable: false);
        Assert.Equal(-1, offsets[0].Offset);
        _host.Restart();
        Assert.Equal(0, _host.Groups.Count);
    }

    [Fact]
    public void Groups_are_found_where_Kafka_would_look()
    {
        // Java's hash of "my-group" is -1906497762.
        Assert.Equal(new TopicPartition("__consumer_offsets", 2), _host.Groups.PartitionOf("my-group"));
    }

    private async Task<(string Member, int Generation)> StableAsync()
    {
        var joined = await _host.Groups.JoinAsync("g", CoordinatorHost.Join());
        var synced = await _host.Groups.SyncAsync(
            "g", CoordinatorHost.Sync(joined.MemberId, joined.Generation, (joined.MemberId, [7])));
        Assert.Equal(ErrorCode.None, synced.Error);
        return (joined.MemberId, joined.Generation);
    }

    private async Task CommitAsync(Committer by, long offset)
    {
        var results = await _host.Groups.CommitAsync("g", by, [(Zero, new CommittedOffset(offset, -1, "", 0))]);
        Assert.Equal(ErrorCode.None, results[0].Error);
    }
}
