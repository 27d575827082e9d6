using MedStreams.Cli.Running;
using MedStreams.Streams;
using MedStreams.Support;
using Microsoft.Extensions.Logging;

namespace MedStreams.Cli.Tests;

public sealed class StandstillWatchTests
{
    private readonly Lines _log = new();
    private readonly ManualTime _time = new();

    [Fact]
    public void A_standstill_that_lasts_is_told_once_and_so_is_its_end()
    {
        var watch = new StandstillWatch("increments", _log, _time);
        var down = new Standstill(StandstillReason.TargetDown, "It is away.") { TaskId = new TaskId(1, 0) };
        for (var second = 0; second < 20; second++)
        {
            watch.Look(Health(down, new Standstill(StandstillReason.Stopping, "It stops.")));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        watch.Look(Health());
        watch.Look(Health());
        Assert.Equal([3003, 3004], _log.Events);
    }

    [Fact]
    public void What_passes_quickly_is_not_told()
    {
        var watch = new StandstillWatch("increments", _log, _time);
        for (var second = 0; second < 60; second++)
        {
            watch.Look(second % 3 == 0 ? Health() : Health(new Standstill(StandstillReason.Joining, "It waits.")));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Empty(_log.Events);
    }

    private static StreamsHealth Health(params Standstill[] standstills) => new(KafkaStreamsState.Rebalancing, true, 1, 0, standstills);

    private sealed class Lines : ILogger
    {
        public List<int> Events { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Events.Add(eventId.Id);
    }
}
