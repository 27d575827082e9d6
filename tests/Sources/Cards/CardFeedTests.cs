using System.Collections.Concurrent;
using MedStreams.Sources.Cards;
using MedStreams.Support;

namespace MedStreams.Sources.Tests.Cards;

/// <summary>What comes into the topic of cards, whatever the source.</summary>
public sealed class CardFeedTests(CardBroker broker) : IClassFixture<CardBroker>
{
    [Fact]
    public async Task S2_6_A_card_is_written_when_it_is_new_or_has_changed_and_the_marker_comes_behind_in_each_partition()
    {
        var topics = await broker.TopicsAsync();
        using var source = new ListSource();
        source.Add(Whole(Card("1"), Card("2")));

        await topics.FeedAsync(source, () => topics.Markers == CardBroker.Partitions);
        Assert.Equal(["E/1", "E/2"], topics.Cards().Keys);
        foreach (var partition in topics.Records().GroupBy(r => r.Partition.Value))
            Assert.Equal("/cards", partition.Last().Message.Key);

        // Another process, or the same one later.
        using var later = new ListSource();
        later.Add(Whole(Card("1"), Card("2", tariff: "L"), Card("3")));
        later.Add(Whole(Card("1"), Card("3")));
        await topics.FeedAsync(later, () => later.IsRead && topics.Written == 5);

        Assert.Equal(["E/1", "E/3"], topics.Cards().Keys);
        Assert.Equal(1, topics.Records().Count(r => r.Message.Key == "E/1"));
        Assert.Equal(["north 2031-03-31", "north 2031-03-31 tariff=L", null], topics.Records().Where(r => r.Message.Key == "E/2").Select(r => r.Message.Value));
    }

    [Fact]
    public async Task Cards_of_another_source_are_left_alone()
    {
        var topics = await broker.TopicsAsync();
        using ListSource one = new(), other = new();
        one.Add(Whole(Card("1")));
        other.Add(Whole(Card("2")));
        await topics.FeedAsync(one, () => topics.Written == 1);
        await topics.FeedAsync(other, () => topics.Markers >= 2 * CardBroker.Partitions, topics.Options with { Source = "others", Group = topics.Options.Group + "2" });

        Assert.Equal(["E/1", "E/2"], topics.Cards().Keys);
    }

    [Fact]
    public async Task When_most_cards_would_vanish_at_once_nothing_is_changed()
    {
        var topics = await broker.TopicsAsync();
        using var source = new ListSource();
        source.Add(Whole([.. Enumerable.Range(0, 40).Select(i => Card($"{i}"))]));
        source.Add(Whole([.. Enumerable.Range(0, 19).Select(i => Card($"{i}"))]));
        source.Add(Whole([.. Enumerable.Range(0, 20).Select(i => Card($"{i}"))]));

        await topics.FeedAsync(source, () => source.IsRead && topics.Markers == 2 * CardBroker.Partitions);

        Assert.Equal(20, topics.Cards().Count);
        Assert.Equal(60, topics.Written); // the second reading has written nothing
    }

    [Fact]
    public async Task What_is_no_card_is_dead_lettered_once_and_takes_no_card_away()
    {
        var topics = await broker.TopicsAsync();
        using var source = new ListSource();
        RejectedRow nameless = new("line 3", "number is empty", "x,,y"u8.ToArray()), known = new("line 4", "due is empty", "E,2,"u8.ToArray()) { Card = ("E", "2") };
        source.Add(Whole(Card("1"), Card("2"), Card("3")));
        source.Add(Whole(Card("1")) with { Rejected = [nameless, known] });
        source.Add(Whole(Card("1")) with { Rejected = [nameless, known] });
        await topics.FeedAsync(source, () => source.IsRead && topics.Markers == 3 * CardBroker.Partitions);
        Assert.Equal(["E/1", "E/2", "E/3"], topics.Cards().Keys);
        Assert.Equal([("line 3", "number is empty", "x,,y"), ("line 4", "due is empty", "E,2,")], topics.Rejected());

        using var later = new ListSource();
        later.Add(Whole(Card("1")) with { Rejected = [nameless, known] });
        later.Add(Whole(Card("1")) with { Rejected = [known] });
        await topics.FeedAsync(later, () => later.IsRead && topics.Cards().Count == 2);

        Assert.Equal(["E/1", "E/2"], topics.Cards().Keys);
        Assert.Equal(3, topics.Rejected().Count); // the last reading's rows are others than before
    }

    [Fact]
    public async Task Of_two_processes_one_reads_and_the_other_takes_over_without_writing_anything_twice()
    {
        var topics = await broker.TopicsAsync();
        using ListSource first = new(), second = new();
        var options = topics.Options with { Kafka = new Dictionary<string, string>(topics.Options.Kafka) { ["session.timeout.ms"] = "6000", ["heartbeat.interval.ms"] = "200" } };
        using CancellationTokenSource stopFirst = new(), stopSecond = new();
        first.Add(Whole(Card("1"), Card("2")));
        var one = topics.StartAsync(first, stopFirst.Token, options);
        await Eventually.Holds(() => first.IsRead && topics.Written == 2);
        second.Add(Whole(Card("1"), Card("2"), Card("3")));
        var two = topics.StartAsync(second, stopSecond.Token, options);

        await stopFirst.CancelAsync();
        await one;
        await Eventually.Holds(() => second.IsRead && topics.Written == 3);
        await stopSecond.CancelAsync();
        await two;

        Assert.Equal(["E/1", "E/2", "E/3"], topics.Cards().Keys);
    }

    [Fact]
    public async Task Changes_of_a_source_that_tells_no_whole_follow_the_record_that_a_card_came_from()
    {
        var topics = await broker.TopicsAsync();
        using var source = new ListSource();
        source.Add(new CardBatch([Card("1") with { Origin = "a" }, Card("2") with { Origin = "b" }]) { Position = "p1" });
        source.Add(new CardBatch([Card("3") with { Origin = "a" }]) { GoneOrigins = ["b", "never"], Position = "p2" });

        await topics.FeedAsync(source, () => source.IsRead && topics.Markers == 2 * CardBroker.Partitions);

        Assert.Equal(["E/3"], topics.Cards().Keys);
        using var later = new ListSource();
        await topics.FeedAsync(later, () => later.Positions.Contains("p2"));
    }

    private static CardRow Card(string number, string? tariff = null)
    {
        var card = new CardRow("E", number, "north", new DateOnly(2031, 3, 31));
        return tariff is null ? card : card with { Fields = card.Fields.Add("tariff", tariff) };
    }

    private static CardBatch Whole(params CardRow[] cards) => new(cards) { IsWhole = true };

    /// <summary>A source that reads what the test says.</summary>
    private sealed class ListSource : ICardSource, IDisposable
    {
        private readonly ConcurrentQueue<CardBatch> _batches = new();
        private readonly SemaphoreSlim _there = new(0);
        private int _open;

        /// <summary>Whether everything was read.</summary>
        public bool IsRead => Volatile.Read(ref _open) == 0;

        public ConcurrentQueue<string?> Positions { get; } = new();

        public void Add(CardBatch batch)
        {
            Interlocked.Increment(ref _open);
            _batches.Enqueue(batch);
            _there.Release();
        }

        public Task<CardBatch?> ReadAsync(string? position, CancellationToken cancellationToken)
        {
            Positions.Enqueue(position);
            if (_batches.TryDequeue(out var batch))
                Interlocked.Decrement(ref _open);
            return Task.FromResult(batch);
        }

        public Task WaitAsync(CancellationToken cancellationToken) => _batches.IsEmpty ? Task.Delay(50, cancellationToken) : Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        public void Dispose() => _there.Dispose();
    }
}
