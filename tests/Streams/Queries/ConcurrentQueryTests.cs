using System.Collections.Concurrent;
using MedStreams.Streams.Tests.Clients;
using MedStreams.Support;

namespace MedStreams.Streams.Tests.Queries;

/// <summary>Queries beside the threads that write, and while tasks come and go.</summary>
public sealed class ConcurrentQueryTests(BrokerFixture broker) : IClassFixture<BrokerFixture>, IAsyncDisposable
{
    private const int Keys = 50;
    private const int Rounds = 8;
    private readonly QueryFixture _fixture = new(broker);

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task What_is_not_committed_is_not_seen()
    {
        await _fixture.CreateInputAsync(1);
        var commit = new StrongBox();
        var streams = _fixture.Create(Counting(commit), commitInterval: TimeSpan.FromHours(1));
        await streams.StartAsync();
        await Eventually.Holds(() => streams.State == KafkaStreamsState.Running);
        _fixture.Produce(Numbers(0, 100));
        await Eventually.Holds(() => Processed(streams) == 100);
        var request = StateQueryRequest.InStore("counts").WithQuery(new KeyQuery<string, long?>("k1"));

        Assert.Null(streams.Query(request).PartitionResults[0].Result);
        Assert.DoesNotContain(streams.Query(request).Position.Offsets, o => o.Value >= 0);

        commit.Value = true;
        _fixture.Produce(Numbers(0, 1));
        await Eventually.Holds(() => streams.Query(request).PartitionResults[0].Result == 2);
        Assert.Equal(100, streams.Query(request).Position.Offsets.Values.Single());
    }

    [Fact]
    public async Task A_count_never_goes_back_while_it_is_written()
    {
        await _fixture.CreateInputAsync(2);
        var streams = await _fixture.StartAsync(Counting(), threads: 2);
        using var stop = new CancellationTokenSource();
        var asked = Enumerable.Range(0, 2).Select(n => Task.Run(() => Watch(streams, n, stop.Token))).ToArray();

        for (var round = 0; round < Rounds; round++)
            _fixture.Produce(Numbers(round * 500, 500));
        await Eventually.Holds(_fixture.IsCaughtUp);
        await stop.CancelAsync();

        Assert.All(await Task.WhenAll(asked), count => Assert.InRange(count, 1, int.MaxValue));
        Assert.Equal(Rounds * 500, All(streams).Sum(e => e.Value!.Value));
    }

    [Fact]
    public async Task A_partition_that_moves_is_answered_where_it_went()
    {
        await _fixture.CreateInputAsync(8);
        _fixture.Produce(Numbers(0, 1000));
        var one = await _fixture.StartAsync(Counting(), "one", "host-one:8080");
        var all = All(one).ToDictionary(e => e.Key, e => e.Value!.Value);
        Assert.Equal(Keys, all.Count);
        using var stop = new CancellationTokenSource();
        var watch = Task.Run(() => Watch(one, 0, stop.Token));

        var two = await _fixture.StartAsync(Counting(), "two", "host-two:8080");
        await Eventually.Holds(() => one.State == KafkaStreamsState.Running && two.State == KafkaStreamsState.Running
            && Owned(one).Count is > 0 and < 8 && Owned(one).Count + Owned(two).Count == 8);
        await stop.CancelAsync();
        Assert.InRange(await watch, 1, int.MaxValue);

        Assert.Empty(Owned(one).Intersect(Owned(two)));
        Assert.Equal(
            ["host-one:8080", "host-two:8080"],
            one.StreamsMetadataForStore("counts").Select(m => m.HostInfo.ToString()).Order());
        foreach (var (key, count) in all)
        {
            var metadata = two.QueryMetadataForKey("counts", key, Serdes.String);
            var (owner, other) = metadata.ActiveHost.Host == "host-one" ? (one, two) : (two, one);
            var request = StateQueryRequest.InStore("counts").WithQuery(new KeyQuery<string, long?>(key)).WithPartitions(metadata.Partition);
            Assert.Equal(count, owner.Query(request).OnlyPartitionResult!.Result);
            Assert.Equal(QueryFailure.NotPresent, other.Query(request).PartitionResults[metadata.Partition].Failure);
        }

        await two.DisposeAsync();
        await Eventually.Holds(() => Owned(one).Count == 8);
        Assert.Equal(all, All(one).ToDictionary(e => e.Key, e => e.Value!.Value));
        Assert.Equal(
            InvalidStateStoreReason.NotAvailable,
            Assert.Throws<InvalidStateStoreException>(() => All(two).Count()).Reason);
    }

    [Fact]
    public async Task An_instance_that_is_not_started_says_so()
    {
        await _fixture.CreateInputAsync(1);
        var streams = _fixture.Create(Counting());
        Assert.Equal(
            InvalidStateStoreReason.NotStarted,
            Assert.Throws<InvalidStateStoreException>(() => All(streams).Count()).Reason);
    }

    [Fact]
    public async Task Lags_of_stores_are_told_by_partition()
    {
        await _fixture.CreateInputAsync(2);
        _fixture.Produce(Numbers(0, 100));
        var streams = await _fixture.StartAsync(Counting());
        await Eventually.Holds(() => streams.AllLocalStorePartitionLags()["counts"].Values.All(l => l.EndOffsetPosition > 0));
        Assert.Equal([0, 1], streams.AllLocalStorePartitionLags()["counts"].Keys);
        Assert.All(streams.AllLocalStorePartitionLags()["counts"].Values, l => Assert.InRange(l.OffsetLag, 0, 1)); // a marker at most
    }

    private static IEnumerable<(string Key, string Value)> Numbers(int from, int count) =>
        Enumerable.Range(from, count).Select(i => ($"k{i % Keys}", $"{i}"));

    private static double Processed(KafkaStreams streams) =>
        streams.Metrics.Where(m => m is { Group: "stream-task-metrics", Name: "process-total" }).Sum(m => m.Value);

    private static IReadOnlyCollection<int> Owned(KafkaStreams streams) =>
        [.. streams.Query(StateQueryRequest.InStore("counts").WithQuery(new KeyQuery<string, long?>("k1")) with { RequireActive = true })
            .PartitionResults.Where(r => r.Value.IsSuccess).Select(r => r.Key)];

    private static IEnumerable<KeyValuePair<string, long?>> All(KafkaStreams streams) =>
        streams.Store(StoreQueryParameters.FromNameAndType("counts", QueryableStoreTypes.KeyValueStore<string, long?>())).All();

    /// <summary>Asks in turn for keys and for everything; answers how often.</summary>
    private static int Watch(KafkaStreams streams, int seed, CancellationToken stop)
    {
        var last = new ConcurrentDictionary<string, long>();
        var asked = 0;
        for (var i = seed; !stop.IsCancellationRequested; i++, asked++)
        {
            var key = $"k{i % Keys}";
            var one = streams.Query(StateQueryRequest.InStore("counts").WithQuery(new KeyQuery<string, long?>(key)));
            foreach (var result in one.PartitionResults.Values)
                See(key, result, result.Result);
            if (i % 10 != 0)
                continue;
            var all = streams.Query(StateQueryRequest.InStore("counts").WithQuery(new RangeQuery<string, long?>()));
            foreach (var result in all.PartitionResults.Values)
            {
                foreach (var (k, count) in result.Result?.Entries ?? [])
                    See(k, result, count);
            }
        }

        return asked;

        void See<T>(string key, QueryResult<T> result, long? count)
        {
            Assert.True(result.Failure is null or QueryFailure.NotPresent, result.FailureMessage);
            if (count is not { } now || !result.IsActive)
                return;
            Assert.True(last.GetValueOrDefault(key) <= now, $"{key} went from {last.GetValueOrDefault(key)} to {now}");
            last[key] = now;
        }
    }

    private Topology Counting(StrongBox? commit = null)
    {
        var builder = new StreamsBuilder();
        var stream = builder.Stream<string, string>(_fixture.Input);
        if (commit is not null)
            stream.Process(() => new CommittingProcessor(commit));
        stream.GroupByKey().Count(Materialized.As("counts"));
        return builder.Build();
    }

    private sealed class StrongBox
    {
        public volatile bool Value;
    }

    private sealed class CommittingProcessor(StrongBox wanted) : IProcessor<string, string, string, string>
    {
        private IProcessorContext<string, string> _context = null!;

        public void Init(IProcessorContext<string, string> context) => _context = context;

        public void Process(in Record<string, string> record)
        {
            if (wanted.Value)
                _context.Commit();
        }

        public void Close()
        {
        }
    }
}
