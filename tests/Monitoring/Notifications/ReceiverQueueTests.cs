using MedStreams.Monitoring.Notifications;
using MedStreams.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Monitoring.Tests.Notifications;

/// <summary>What happens while a receiver does not take anything.</summary>
public sealed class ReceiverQueueTests
{
    private readonly ManualTime _time = new();
    private readonly Receiver _receiver = new();

    [Fact]
    public async Task What_was_not_taken_is_sent_again_as_it_was_and_what_came_since_after_it()
    {
        _receiver.IsDown = true;
        await using var queue = Queue();
        queue.Add([Event("a"), Event("b")]);
        await Eventually.Holds(() => _receiver.Attempts == 1);
        queue.Add([Event("c")]);
        _receiver.IsDown = false;
        await AdvanceUntilAsync(() => queue.Waiting == 0);

        Assert.Equal(["a,b", "c"], _receiver.Taken.Select(t => t.Groups));
        Assert.Equal(_receiver.FirstId, _receiver.Taken[0].Id);
        Assert.NotEqual(_receiver.FirstId, _receiver.Taken[1].Id);
    }

    [Fact]
    public async Task Pauses_grow_to_five_minutes()
    {
        _receiver.IsDown = true;
        await using var queue = Queue();
        queue.Add([Event("a")]);
        await AdvanceUntilAsync(() => _receiver.Attempts > 12);
        var began = _time.GetUtcNow();
        var attempts = _receiver.Attempts;
        await AdvanceUntilAsync(() => _receiver.Attempts > attempts);
        await AdvanceUntilAsync(() => _receiver.Attempts > attempts + 1);
        Assert.InRange(_time.GetUtcNow() - began, TimeSpan.FromSeconds(200), TimeSpan.FromSeconds(900));
        _receiver.IsDown = false;
    }

    [Fact]
    public async Task What_is_too_old_is_given_up()
    {
        _receiver.IsDown = true;
        await using var queue = Queue();
        queue.Add([Event("a")]);
        await AdvanceUntilAsync(() => queue.Waiting == 0);
        _receiver.IsDown = false;
        queue.Add([Event("b")]);
        await AdvanceUntilAsync(() => queue.Waiting == 0);

        Assert.Equal(["b"], _receiver.Taken.Select(t => t.Groups));
    }

    [Fact]
    public async Task Of_too_many_the_oldest_are_given_up()
    {
        _receiver.IsDown = true;
        await using var queue = Queue();
        queue.Add([Event("first")]);
        await Eventually.Holds(() => _receiver.Attempts == 1);
        queue.Add([.. Enumerable.Range(0, ReceiverQueue.Most + 5).Select(i => Event($"{i}"))]);
        Assert.Equal(ReceiverQueue.Most + 1, queue.Waiting);
        _receiver.IsDown = false;
        await AdvanceUntilAsync(() => queue.Waiting == 0);

        Assert.Equal(1 + (ReceiverQueue.Most / ReceiverQueue.MostPerMessage), _receiver.Taken.Count);
        Assert.StartsWith("5,6,", _receiver.Taken[1].Groups, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_end_tries_once_more()
    {
        _receiver.IsDown = true;
        var queue = Queue();
        queue.Add([Event("a")]);
        await Eventually.Holds(() => _receiver.Attempts == 1);
        _receiver.IsDown = false;
        await queue.DisposeAsync();

        Assert.Equal(["a"], _receiver.Taken.Select(t => t.Groups));
    }

    private ReceiverQueue Queue() => new(_receiver, TimeSpan.FromHours(2), _time, NullLogger.Instance);

    private Task AdvanceUntilAsync(Func<bool> condition) => Eventually.Holds(() =>
    {
        if (condition())
            return true;
        _time.Advance(TimeSpan.FromSeconds(20));
        return false;
    });

    private StatusEvent Event(string group) => new(StatusEventKind.Opened, "c", group, "ERR", "OK", 1, "", _time.GetUtcNow(), _time.GetUtcNow());

    private sealed class Receiver : INotificationReceiver
    {
        private int _attempts;

        public volatile bool IsDown;

        public string Name => "tests";

        public int Attempts => Volatile.Read(ref _attempts);

        public string? FirstId { get; private set; }

        public List<(string Id, string Groups)> Taken { get; } = [];

        public Task SendAsync(string id, IReadOnlyList<StatusEvent> events, CancellationToken cancellationToken)
        {
            FirstId ??= id;
            Interlocked.Increment(ref _attempts);
            if (IsDown)
                throw new NotificationException("down");
            Taken.Add((id, string.Join(',', events.Select(e => e.Group))));
            return Task.CompletedTask;
        }
    }
}
