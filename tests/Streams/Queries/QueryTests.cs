namespace MedStreams.Streams.Tests.Queries;

/// <summary>What each kind of query answers of each kind of store.</summary>
public sealed class QueryTests(EveryStoreFixture fixture) : IClassFixture<EveryStoreFixture>
{
    private const int Keys = EveryStoreFixture.Keys;
    private readonly KafkaStreams _streams = fixture.Streams;

    [Theory]
    [InlineData("counts")]
    [InlineData("counts-in-memory")]
    public void A_key_has_its_value_with_or_without_its_time(string store)
    {
        Assert.Equal(4, One(store, new KeyQuery<string, long?>("k07")));
        Assert.Null(One(store, new KeyQuery<string, long?>("none")));
        Assert.Equal(new ValueAndTimestamp<long?>(4, 82_000), One(store, new TimestampedKeyQuery<string, long?>("k07")));
    }

    [Theory]
    [InlineData("counts")]
    [InlineData("counts-in-memory")]
    public void Ranges_come_in_the_order_of_keys_and_in_pages(string store)
    {
        var all = Enumerable.Range(0, Keys).Select(k => $"k{k:00}").ToList();
        Assert.Equal(all, Walk(after => new RangeQuery<string, long?> { Limit = 4, After = after }).Order());
        Assert.Equal(all[5..11], Walk(after => new RangeQuery<string, long?> { From = "k05", To = "k10", Limit = 1, After = after }).Order());
        Assert.Equal(all[10..20], Walk(after => new PrefixQuery<string, long?, string>("k1", Serdes.String) { Limit = 3, After = after }).Order());
        foreach (var page in Pages(after => new RangeQuery<string, long?> { Descending = true, Limit = 5, After = after }).Values)
            Assert.Equal(page.OrderDescending(), page);

        Dictionary<int, List<string>> Pages(Func<QueryContinuation?, IQuery<QueryPage<KeyValuePair<string, long?>>>> query)
        {
            var pages = new Dictionary<int, List<string>>();
            for (var partition = 0; partition < 2; partition++)
            {
                pages[partition] = [];
                QueryContinuation? after = null;
                do
                {
                    var page = _streams.Query(StateQueryRequest.InStore(store).WithQuery(query(after)).WithPartitions(partition))
                        .PartitionResults[partition].Result!;
                    pages[partition].AddRange(page.Entries.Select(e => e.Key));
                    after = page.Next;
                }
                while (after is not null);
            }

            return pages;
        }

        IEnumerable<string> Walk(Func<QueryContinuation?, IQuery<QueryPage<KeyValuePair<string, long?>>>> query) =>
            Pages(query).Values.SelectMany(p => p);
    }

    [Fact]
    public void Windows_are_found_by_key_and_by_time()
    {
        var windows = One("windows", new WindowKeyQuery<string, long?>("k07", 0, 100_000))!;
        Assert.Equal([(0, 1), (30_000, 1), (50_000, 1), (80_000, 1)], windows.Entries.Select(e => ((int)e.Key, (int)e.Value!)));
        var some = _streams.Query(StateQueryRequest.InStore("windows")
            .WithQuery(new WindowRangeQuery<string, long?>(30_000, 30_000) { KeyFrom = "k05", KeyTo = "k07" }));
        Assert.Equal(
            ["[k05@30000/40000]", "[k06@30000/40000]", "[k07@30000/40000]"],
            some.PartitionResults.Values.SelectMany(r => r.Result!.Entries).Select(e => e.Key.ToString()).Order());
    }

    [Fact]
    public void Sessions_are_found_by_key_and_by_range()
    {
        var sessions = One("sessions", new SessionKeyQuery<string, long?>("k07"))!;
        Assert.Equal([7_000L, 32_000, 57_000, 82_000], sessions.Entries.Select(e => e.Key.Window.Start));
        var some = _streams.Query(StateQueryRequest.InStore("sessions")
            .WithQuery(new SessionRangeQuery<string, long?> { KeyFrom = "k05", KeyTo = "k06", Limit = 100 }));
        Assert.Equal(8, some.PartitionResults.Values.Sum(r => r.Result!.Entries.Count));
    }

    [Fact]
    public void Versions_are_found_by_time()
    {
        Assert.Equal("82", One("versions", new VersionedKeyQuery<string, string>("k07"))!.Value.Value);
        Assert.Equal("32", One("versions", new VersionedKeyQuery<string, string>("k07") { AsOf = 40_000 })!.Value.Value);
        var versions = _streams.Query(StateQueryRequest.InStore("versions")
            .WithQuery(new MultiVersionedKeyQuery<string, string>("k07") { From = 40_000, To = 60_000 }));
        Assert.Equal(["32", "57"], versions.PartitionResults.Values.SelectMany(r => r.Result!).Select(v => v.Value));
    }

    [Fact]
    public void A_store_can_be_read_as_such()
    {
        var counts = _streams.Store(StoreQueryParameters.FromNameAndType("counts", QueryableStoreTypes.KeyValueStore<string, long?>()));
        Assert.Equal(4, counts.Get("k03"));
        Assert.Null(counts.Get("none"));
        Assert.Equal(Keys, counts.All().Count());
        Assert.Equal(6, counts.Range("k05", "k10").Count());
        Assert.Equal(10, counts.PrefixScan("k1", Serdes.String).Count());
        Assert.Equal(Keys, counts.ApproximateNumEntries);
        var timed = _streams.Store(
            StoreQueryParameters.FromNameAndType("counts", QueryableStoreTypes.TimestampedKeyValueStore<string, long?>()));
        Assert.Equal(78_000, timed.Get("k03")!.Value.Timestamp);
        var windows = _streams.Store(StoreQueryParameters.FromNameAndType("windows", QueryableStoreTypes.WindowStore<string, long?>()));
        Assert.Equal(1, windows.Fetch("k07", 30_000));
        Assert.Equal(4 * Keys, windows.All().Count());
        var sessions = _streams.Store(StoreQueryParameters.FromNameAndType("sessions", QueryableStoreTypes.SessionStore<string, long?>()));
        Assert.Equal(1, sessions.FetchSession("k07", 32_000, 32_000));
        var versions = _streams.Store(
            StoreQueryParameters.FromNameAndType("versions", QueryableStoreTypes.VersionedKeyValueStore<string, string>()));
        Assert.Equal("7", versions.Get("k07", 8_000)!.Value.Value);
        Assert.Equal(4, versions.GetVersions("k07", 0, 100_000).Count);
    }

    [Fact]
    public void A_global_store_is_here_whole()
    {
        var all = _streams.Query(StateQueryRequest.InStore("globals").WithQuery(new RangeQuery<string, string>()));
        Assert.Equal([-1], all.PartitionResults.Keys);
        Assert.Equal(Keys, all.PartitionResults[-1].Result!.Entries.Count);
        var globals = _streams.Store(StoreQueryParameters.FromNameAndType("globals", QueryableStoreTypes.KeyValueStore<string, string>()));
        Assert.Equal("g7", globals.Get("k07"));
        Assert.Equal(-1, _streams.QueryMetadataForKey("globals", "k07", Serdes.String).Partition);
    }

    [Fact]
    public void Failures_say_what_is_wrong()
    {
        var unknown = Assert.Throws<InvalidStateStoreException>(
            () => _streams.Query(StateQueryRequest.InStore("nothing").WithQuery(new KeyQuery<string, string>("k"))));
        Assert.Equal(InvalidStateStoreReason.UnknownStore, unknown.Reason);
        Assert.Equal(QueryFailure.UnknownQueryType, Failure(new KeyQuery<int, long?>(7)));
        Assert.Equal(QueryFailure.UnknownQueryType, Failure(new WindowKeyQuery<string, long?>("k07", 0, 1)));
        var beyond = _streams.Query(StateQueryRequest.InStore("counts").WithQuery(new KeyQuery<string, long?>("k")).WithPartitions(2));
        Assert.Equal(QueryFailure.DoesNotExist, beyond.PartitionResults[2].Failure);
        Assert.Throws<ArgumentOutOfRangeException>(
            () => _streams.Query(StateQueryRequest.InStore("counts").WithQuery(new RangeQuery<string, long?> { Limit = 0 })));
        var wrong = Assert.Throws<InvalidStateStoreException>(() => _streams.Store(
            StoreQueryParameters.FromNameAndType("counts", QueryableStoreTypes.KeyValueStore<string, string>())).Get("k07"));
        Assert.Equal(InvalidStateStoreReason.UnknownStore, wrong.Reason);

        QueryFailure? Failure<T>(IQuery<T> query) =>
            _streams.Query(StateQueryRequest.InStore("counts").WithQuery(query)).PartitionResults[0].Failure;
    }

    [Fact]
    public void A_position_says_how_far_a_store_is_and_can_be_asked_for()
    {
        var request = StateQueryRequest.InStore("counts").WithQuery(new KeyQuery<string, long?>("k07"));
        var before = _streams.Query(request).Position;
        Assert.Equal(4 * Keys, before.Offsets.Values.Sum(o => o + 1));
        Assert.All(_streams.Query(request with { PositionBound = PositionBound.At(before) }).PartitionResults.Values, r => Assert.True(r.IsSuccess));
        var next = before.Offsets.Aggregate(before, (p, o) => p.With(o.Key, o.Value + 1));
        var later = _streams.Query(request with { PositionBound = PositionBound.At(next) });
        Assert.All(later.PartitionResults.Values, r => Assert.Equal(QueryFailure.NotUpToBound, r.Failure));
    }

    private T? One<T>(string store, IQuery<T> query)
    {
        // A key is in one partition; the other one answers null or an empty page.
        var key = _streams.QueryMetadataForKey(store, KeyOf(query), Serdes.String);
        var result = _streams.Query(StateQueryRequest.InStore(store).WithQuery(query).WithPartitions(key.Partition))
            .PartitionResults[key.Partition];
        Assert.True(result.IsSuccess, result.FailureMessage);
        Assert.True(result.IsActive);
        return result.Result;
    }

    private static string KeyOf<T>(IQuery<T> query) => (string)query.GetType().GetProperty("Key")!.GetValue(query)!;
}
