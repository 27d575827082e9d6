using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Storage;
using MedStreams.Support;

namespace MedStreams.Broker.Tests.Coordination;

/// <summary>
/// What is kept for a time only, on a clock that is moved: committed offsets, groups, transactional ids and producers. What
/// has expired stays away after a restart, because it was taken out of the topics too.
/// </summary>
public sealed class ExpiryTests : IDisposable
{
    private const int Second = 1000;
    private static readonly TopicPartition Zero = new("t", 0);
    private static readonly TopicPartition Other = new("u", 0);
    private static readonly Committer Simple = new(-1, "", null);
    private static readonly byte[] SubscribesToT = [0, 1, 0, 0, 0, 1, 0, 1, (byte)'t', 255, 255, 255, 255];

    private readonly CoordinatorHost _host = new(new CoordinatorSettings
    {
        Groups = new GroupLimits { InitialRebalanceDelayMs = 0, OffsetsRetentionMs = 100 * Second, OffsetsRetentionCheckMs = 10 * Second },
        Transactions = new TransactionLimits { IdExpirationMs = 1000 * Second, IdExpirationCheckMs = 50 * Second },
    });

    public ExpiryTests()
    {
        _host.CreateTopic("t");
        _host.CreateTopic("u");
    }

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Offsets_of_a_consumer_that_manages_itself_expire_one_by_one_after_their_commits()
    {
        await CommitAsync("g", Simple, Zero, 1);
        Pass(50);
        await CommitAsync("g", Simple, Other, 2);
        Pass(49);
        Assert.Equal((1, 2), (await OffsetAsync("g", Zero), await OffsetAsync("g", Other)));
        Pass(11);
        await Eventually.Holds(async () => await OffsetAsync("g", Zero) == -1);
        Assert.Equal(2, await OffsetAsync("g", Other));

        _host.Restart();
        Assert.Equal((-1, 2), (await OffsetAsync("g", Zero), await OffsetAsync("g", Other)));
        Pass(60);
        await Eventually.Holds(() => _host.Groups.Count == 0);
        _host.Restart();
        Assert.Equal(0, _host.Groups.Count);
        Assert.Equal(GroupState.Dead, (await _host.Groups.DescribeAsync("g")).State);
    }

    [Fact]
    public async Task A_group_that_was_left_keeps_its_offsets_for_the_retention_from_then_on_over_restarts()
    {
        var member = await JoinAsync("g", SubscribesToT);
        await CommitAsync("g", new(1, member, null), Zero, 1);
        for (var i = 0; i < 50; i++)
        {
            Pass(5);
            Assert.Equal(ErrorCode.None, await _host.Groups.HeartbeatAsync("g", member, null, 1));
        }

        // Offsets of what is subscribed stay however old, as long as the group lives.
        Assert.Equal(1, await OffsetAsync("g", Zero));
        await _host.Groups.LeaveAsync("g", [new Leaving(member, null)]);
        Pass(60);
        _host.Restart();
        Pass(39);
        Assert.Equal(1, await OffsetAsync("g", Zero));
        Pass(11);
        await Eventually.Holds(() => _host.Groups.Count == 0);
        _host.Restart();
        Assert.Equal(0, _host.Groups.Count);
    }

    [Fact]
    public async Task In_a_living_group_offsets_of_topics_that_nobody_subscribes_to_any_more_expire()
    {
        await CommitAsync("g", Simple, Zero, 1);
        await CommitAsync("g", Simple, Other, 2);
        var member = await JoinAsync("g", SubscribesToT);
        for (var i = 0; i < 22; i++)
        {
            Pass(5);
            Assert.Equal(ErrorCode.None, await _host.Groups.HeartbeatAsync("g", member, null, 1));
        }

        await Eventually.Holds(async () => await OffsetAsync("g", Other) == -1);
        Assert.Equal(1, await OffsetAsync("g", Zero));
        _host.Restart();
        Assert.Equal((1, -1), (await OffsetAsync("g", Zero), await OffsetAsync("g", Other)));
        Assert.Equal(ErrorCode.None, await _host.Groups.HeartbeatAsync("g", member, null, 1));
    }

    [Fact]
    public async Task Offsets_stay_in_a_living_group_whose_subscriptions_cannot_be_read()
    {
        var member = await JoinAsync("g", [1]);
        await CommitAsync("g", new(1, member, null), Zero, 1);
        for (var i = 0; i < 60; i++)
        {
            Pass(5);
            Assert.Equal(ErrorCode.None, await _host.Groups.HeartbeatAsync("g", member, null, 1));
        }

        await _host.Groups.ExpireAsync();
        Assert.Equal(1, await OffsetAsync("g", Zero));
    }

    [Fact]
    public async Task A_retention_that_a_commit_asked_for_counts_instead_of_the_brokers()
    {
        var now = Now;
        await _host.Groups.CommitAsync("g", Simple, [(Zero, new(1, -1, "", now, now + (20 * Second))), (Other, new(2, -1, "", now, now + (500 * Second)))]);
        _host.Restart();
        Pass(30);
        await Eventually.Holds(async () => await OffsetAsync("g", Zero) == -1);
        Pass(460);
        Assert.Equal(2, await OffsetAsync("g", Other));
        Pass(20);
        await Eventually.Holds(() => _host.Groups.Count == 0);
    }

    [Fact]
    public async Task An_offset_that_a_transaction_is_about_to_change_does_not_expire_before_it_ends()
    {
        await CommitAsync("g", Simple, Zero, 1);
        var (_, producer) = await _host.Transactions.InitAsync("x", 900 * Second, null);
        var offsets = _host.Groups.PartitionOf("g");
        Assert.Equal(ErrorCode.None, await _host.Transactions.AddPartitionsAsync("x", producer, [offsets]));
        var committed = await _host.Groups.CommitTransactionalAsync(
            "g", Simple, producer, [(Zero, new(7, -1, "", Now))], p => _host.Transactions.Verify("x", producer, p));
        Assert.Equal(ErrorCode.None, committed[0].Error);
        Pass(200);
        await _host.Groups.ExpireAsync();
        Assert.Equal(1, await OffsetAsync("g", Zero));
        _host.Restart();
        await _host.Groups.ExpireAsync();
        Assert.Equal(1, await OffsetAsync("g", Zero));

        Assert.Equal(ErrorCode.None, await _host.Transactions.EndAsync("x", producer, commit: true));
        Assert.Equal(7, await OffsetAsync("g", Zero));
        await _host.Groups.ExpireAsync();
        Assert.Equal(0, _host.Groups.Count);
        _host.Restart();
        Assert.Equal(0, _host.Groups.Count);
    }

    [Fact]
    public async Task A_transactional_id_that_nobody_uses_expires_and_stays_away()
    {
        var (_, idle) = await _host.Transactions.InitAsync("idle", 60 * Second, null);
        var (_, busy) = await _host.Transactions.InitAsync("busy", 60 * Second, null);
        Pass(990);
        Assert.Equal(ErrorCode.None, await _host.Transactions.AddPartitionsAsync("busy", busy, [Zero]));
        Assert.Equal(ErrorCode.None, await _host.Transactions.EndAsync("busy", busy, commit: true));
        Assert.NotNull(_host.Transactions.Find("idle"));
        Pass(60);
        await Eventually.Holds(() => _host.Transactions.Find("idle") is null);
        Assert.NotNull(_host.Transactions.Find("busy"));

        _host.Restart();
        Assert.Equal((1, true), (_host.Transactions.Count, _host.Transactions.Find("idle") is null));
        Assert.Equal(ErrorCode.InvalidProducerIdMapping, await _host.Transactions.AddPartitionsAsync("idle", idle, [Zero]));
        var (error, again) = await _host.Transactions.InitAsync("idle", 60 * Second, null);
        Assert.Equal((ErrorCode.None, (short)0), (error, again.Epoch));
        Assert.NotEqual(idle.Id, again.Id);
    }

    [Fact]
    public async Task A_transactional_id_with_an_open_transaction_does_not_expire()
    {
        var (_, producer) = await _host.Transactions.InitAsync("x", 900 * Second, null);
        Assert.Equal(ErrorCode.None, await _host.Transactions.AddPartitionsAsync("x", producer, [Zero]));
        for (var i = 0; i < 3; i++)
        {
            // Its time-out does not come into it: the search for expired ids alone decides.
            await _host.Transactions.ExpireIdsAsync();
        }

        Pass(899);
        await _host.Transactions.ExpireIdsAsync();
        Assert.Equal(TransactionStatus.Ongoing, _host.Transactions.Find("x")!.Status);
        Pass(11);
        await Eventually.Holds(() => _host.Transactions.Find("x")?.Status is TransactionStatus.CompleteAbort);
        Pass(1060);
        await Eventually.Holds(() => _host.Transactions.Count == 0);
    }

    private long Now => _host.Time.GetUtcNow().ToUnixTimeMilliseconds();

    private void Pass(int seconds) => _host.Time.Advance(TimeSpan.FromSeconds(seconds));

    private async Task CommitAsync(string group, Committer by, TopicPartition partition, long offset)
    {
        var results = await _host.Groups.CommitAsync(group, by, [(partition, new(offset, -1, "", Now))]);
        Assert.Equal(ErrorCode.None, results[0].Error);
    }

    private async Task<long> OffsetAsync(string group, TopicPartition partition) =>
        (await _host.Groups.FetchAsync(group, [partition], requireStable: false)).Offsets[0].Offset;

    private async Task<string> JoinAsync(string group, byte[] subscription)
    {
        var joined = await _host.Groups.JoinAsync(
            group, CoordinatorHost.Join() with { Protocols = [new GroupProtocol("range", subscription)] });
        Assert.Equal(ErrorCode.None, joined.Error);
        var synced = await _host.Groups.SyncAsync(group, CoordinatorHost.Sync(joined.MemberId, joined.Generation, (joined.MemberId, [1])));
        Assert.Equal(ErrorCode.None, synced.Error);
        return joined.MemberId;
    }
}
