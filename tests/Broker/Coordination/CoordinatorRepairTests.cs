using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Tests.Coordination;

/// <summary>Coordinators whose log fails and comes back, in one process.</summary>
public sealed class CoordinatorRepairTests : IDisposable
{
    private static readonly TopicPartition Input = new("in", 0);
    private static readonly Committer Nobody = new(-1, "", null);
    private readonly CoordinatorHost _host = new();

    public CoordinatorRepairTests() => _host.CreateTopic("in");

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_group_goes_on_from_what_was_durable_when_its_log_is_back()
    {
        await CommitAsync(1);
        _host.Flusher.Hold();
        var lost = _host.Groups.CommitAsync("g", Nobody, [(Input, new(2, -1, "", 0))]).AsTask();
        Assert.False(lost.IsCompleted);
        _host.Flusher.Break();
        Assert.Equal(ErrorCode.NotCoordinator, (await lost)[0].Error);
        _host.Flusher.Release();

        // Until the log has been read again clients are told to wait.
        Assert.Equal(ErrorCode.CoordinatorLoadInProgress, await OffsetErrorAsync());
        Assert.Equal(ErrorCode.CoordinatorLoadInProgress, (await _host.Groups.CommitAsync("g", Nobody, [(Input, new(3, -1, "", 0))]))[0].Error);
        _host.Logs.RepairFailed();
        await ReloadedAsync();
        Assert.Equal(1, await OffsetAsync());
        await CommitAsync(4);
        _host.Restart();
        Assert.Equal(4, await OffsetAsync());
    }

    [Fact]
    public async Task Members_keep_their_places_as_of_what_was_durable()
    {
        var joined = await _host.Groups.JoinAsync("g", CoordinatorHost.Join());
        Assert.Equal(ErrorCode.None, (await _host.Groups.SyncAsync("g", CoordinatorHost.Sync(joined.MemberId, joined.Generation, (joined.MemberId, [7])))).Error);
        _host.Flusher.Hold();
        var lost = _host.Groups.CommitAsync("g", new Committer(joined.Generation, joined.MemberId, null), [(Input, new(2, -1, "", 0))]).AsTask();
        _host.Flusher.Break();
        await lost;
        _host.Flusher.Release();
        _host.Logs.RepairFailed();
        await ReloadedAsync();
        Assert.Equal(ErrorCode.None, await _host.Groups.HeartbeatAsync("g", joined.MemberId, null, joined.Generation));
        var again = await _host.Groups.SyncAsync("g", CoordinatorHost.Sync(joined.MemberId, joined.Generation));
        Assert.Equal([7], again.Assignment);
    }

    [Fact]
    public async Task A_group_that_nobody_asked_while_its_log_failed_notices_it_later()
    {
        await CommitAsync(1, "g");
        var other = Enumerable.Range(0, 1000).Select(i => $"other{i}")
            .First(id => _host.Groups.PartitionOf(id) == _host.Groups.PartitionOf("g"));
        await CommitAsync(1, other);
        _host.Flusher.Hold();
        var lost = _host.Groups.CommitAsync(other, Nobody, [(Input, new(2, -1, "", 0))]).AsTask();
        _host.Flusher.Break();
        await lost;
        _host.Flusher.Release();
        _host.Logs.RepairFailed();
        await ReloadedAsync();
        Assert.Equal(1, await OffsetAsync());
        Assert.Equal(1, await OffsetAsync(other));
    }

    [Fact]
    public async Task A_transaction_that_ends_while_its_groups_are_read_again_counts()
    {
        var producer = await BeginAsync();
        _host.Flusher.Hold();
        var lost = _host.Groups.CommitAsync("g", Nobody, [(new("in", 1), new(2, -1, "", 0))]).AsTask();
        _host.Flusher.Break();
        await lost;
        _host.Flusher.Release();
        _host.Logs.RepairFailed();

        // The marker is written before the groups are back; what was read may hold it or not.
        Assert.Equal(ErrorCode.None, await _host.Transactions.EndAsync("x", producer, commit: true));
        await ReloadedAsync();
        Assert.Equal(5, await OffsetAsync());
        _host.Restart();
        Assert.Equal(5, await OffsetAsync());
    }

    [Fact]
    public async Task A_decision_that_was_not_durable_is_taken_back_and_can_be_taken_again()
    {
        var producer = await BeginAsync();
        _host.Flusher.Hold();
        var lost = _host.Transactions.EndAsync("x", producer, commit: true).AsTask();
        _host.Flusher.Break();
        Assert.Equal(ErrorCode.NotCoordinator, await lost);
        _host.Flusher.Release();
        Assert.Equal(TransactionStatus.Ongoing, _host.Transactions.Find("x")!.Status);
        Assert.Equal(ErrorCode.NotCoordinator, await _host.Transactions.EndAsync("x", producer, commit: true));
        _host.Logs.RepairFailed();
        Assert.Equal(ErrorCode.None, await _host.Transactions.EndAsync("x", producer, commit: true));
        Assert.Equal(TransactionStatus.CompleteCommit, _host.Transactions.Find("x")!.Status);
        Assert.Equal(5, await OffsetAsync());
    }

    [Fact]
    public async Task A_decision_whose_markers_could_not_be_written_is_carried_out_later()
    {
        var producer = await BeginAsync();
        var groups = _host.Log(_host.Groups.PartitionOf("g"));
        _host.Flusher.Refuse(groups);
        Assert.Equal(ErrorCode.None, await _host.Transactions.EndAsync("x", producer, commit: true));
        Assert.Equal(TransactionStatus.PrepareCommit, _host.Transactions.Find("x")!.Status);
        Assert.True(groups.IsFailed);
        Assert.Equal(ErrorCode.ConcurrentTransactions, await _host.Transactions.AddPartitionsAsync("x", producer, [Input]));
        _host.Flusher.Release();
        await _host.Transactions.AbortOverdueAsync();
        Assert.Equal(TransactionStatus.PrepareCommit, _host.Transactions.Find("x")!.Status);
        _host.Logs.RepairFailed();
        await _host.Transactions.AbortOverdueAsync();
        Assert.Equal(TransactionStatus.CompleteCommit, _host.Transactions.Find("x")!.Status);

        // The groups notice that their log was cut when they are asked, and read it again.
        Assert.Equal(ErrorCode.NotCoordinator, await OffsetErrorAsync());
        await ReloadedAsync();
        Assert.Equal(5, await OffsetAsync());
        Assert.Equal(ErrorCode.None, await _host.Transactions.AddPartitionsAsync("x", producer, [Input]));
    }

    private async Task<ProducerIdentity> BeginAsync()
    {
        var (error, producer) = await _host.Transactions.InitAsync("x", 60_000, null);
        Assert.Equal(ErrorCode.None, error);
        Assert.Equal(ErrorCode.None, await _host.Transactions.AddPartitionsAsync("x", producer, [_host.Groups.PartitionOf("g")]));
        var results = await _host.Groups.CommitTransactionalAsync(
            "g", Nobody, producer, [(Input, new(5, -1, "", 0))], p => _host.Transactions.Verify("x", producer, p));
        Assert.Equal(ErrorCode.None, results[0].Error);
        return producer;
    }

    private async Task CommitAsync(long offset, string group = "g") => Assert.Equal(
        ErrorCode.None, (await _host.Groups.CommitAsync(group, Nobody, [(Input, new(offset, -1, "", 0))]))[0].Error);

    private async Task<long> OffsetAsync(string group = "g")
    {
        var (error, offsets) = await _host.Groups.FetchAsync(group, [Input], requireStable: true);
        Assert.Equal((ErrorCode.None, ErrorCode.None), (error, offsets[0].Error));
        return offsets[0].Offset;
    }

    private async Task<ErrorCode> OffsetErrorAsync() => (await _host.Groups.FetchAsync("g", [Input], requireStable: true)).Error;

    /// <summary>Lets time pass until the groups are back.</summary>
    private async Task ReloadedAsync()
    {
        ErrorCode error;
        for (var i = 0; (error = await OffsetErrorAsync()) != ErrorCode.None; i++)
        {
            Assert.True(i < 10_000, $"{error}");
            _host.Time.Advance(TimeSpan.FromMilliseconds(200));
            await Task.Yield();
        }
    }
}
