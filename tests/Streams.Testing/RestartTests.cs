namespace MedStreams.Streams.Testing.Tests;

/// <summary>What a restart must not change.</summary>
public sealed class RestartTests : IDisposable
{
    private static readonly TimeSpan Ten = TimeSpan.FromSeconds(10);

    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"medstreams-{Guid.NewGuid():N}");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Counts_go_on_where_they_were()
    {
        Run(Tumbling(EmitStrategy.OnWindowUpdate), ("a", 1_000), ("a", 2_000));
        Assert.Equal([("a@0", 3L)], Run(Tumbling(EmitStrategy.OnWindowUpdate), ("a", 3_000)));
    }

    [Fact]
    public void What_was_too_late_before_a_restart_is_too_late_after_it()
    {
        Run(Tumbling(EmitStrategy.OnWindowUpdate), ("a", 1_000), ("b", 19_000));
        Assert.Empty(Run(Tumbling(EmitStrategy.OnWindowUpdate), ("a", 8_000)));
    }

    [Fact]
    public void A_window_that_was_told_is_not_told_again()
    {
        Assert.Equal([("a@0", 1L)], Run(Tumbling(EmitStrategy.OnWindowClose), ("a", 1_000), ("b", 14_000)));
        Assert.Equal([("b@10000", 1L)], Run(Tumbling(EmitStrategy.OnWindowClose), ("c", 31_000)));
    }

    [Fact]
    public void Sessions_know_their_time_after_a_restart()
    {
        Assert.Equal([("a@1000", 1L)], Run(Sessions(), ("a", 1_000), ("b", 40_000)));
        Assert.Equal([("b@40000", 1L)], Run(Sessions(), ("a", 2_000), ("c", 90_000)));
    }

    private static Topology Tumbling(EmitStrategy emit) =>
        Counted(g => g.WindowedBy(TimeWindows.OfSizeAndGrace(Ten, TimeSpan.FromSeconds(3))).EmitStrategy(emit).Count());

    private static Topology Sessions() =>
        Counted(g => g.WindowedBy(SessionWindows.OfInactivityGapWithNoGrace(Ten))
            .EmitStrategy(EmitStrategy.OnWindowClose)
            .Count(new Materialized<string, long?> { Retention = TimeSpan.FromHours(1) }));

    private static Topology Counted(Func<KGroupedStream<string, string>, KTable<Windowed<string>, long?>> count)
    {
        var builder = new StreamsBuilder();
        count(builder.Stream<string, string>("in").GroupByKey())
            .ToStream((k, _) => $"{k.Key}@{k.Window.Start}")
            .To("out");
        return builder.Build();
    }

    private IReadOnlyList<(string Key, long Value)> Run(Topology topology, params (string Key, long Time)[] records)
    {
        using var driver = new TopologyTestDriver(
            topology, new TopologyTestDriverOptions { StateDirectory = _directory });
        var input = driver.CreateInputTopic<string, string>("in");
        foreach (var (key, time) in records)
            input.PipeInput(key, "x", time);
        return driver.CreateOutputTopic<string, long>("out").ReadKeyValues();
    }
}
