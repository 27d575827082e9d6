using System.Diagnostics.Metrics;
using System.Text;
using MedStreams.Monitoring.Metrics;

namespace MedStreams.Monitoring.Tests.Metrics;

/// <summary>Instruments of all kinds, as the text exposition shows them.</summary>
public sealed class MetricsCollectorTests : IDisposable
{
    private readonly Meter _meter = new("tests");
    private readonly MetricsCollector _collector = new();

    public void Dispose()
    {
        _collector.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void A_counter_adds_up_for_each_set_of_labels()
    {
        var counter = _meter.CreateCounter<long>("t.requests", "{request}", "What was asked");
        counter.Add(2, KeyValuePair.Create<string, object?>("api", "fetch"));
        counter.Add(3, KeyValuePair.Create<string, object?>("api", "fetch"));
        counter.Add(1);

        Assert.Equal(
            ["# HELP t_requests_total What was asked", "# TYPE t_requests_total counter", "t_requests_total 1", "t_requests_total{api=\"fetch\"} 5"], Lines("t_requests"));
    }

    [Fact]
    public void What_rises_and_falls_is_a_gauge()
    {
        var open = _meter.CreateUpDownCounter<int>("t.open");
        open.Add(3);
        open.Add(-1);
        var last = _meter.CreateGauge<double>("t.last", "ms");
        last.Record(5);
        last.Record(1500);

        Assert.Equal(["# HELP t_open t.open of tests", "# TYPE t_open gauge", "t_open 2"], Lines("t_open"));
        Assert.Equal("t_last_seconds 1.5", Lines("t_last")[^1]);
    }

    [Fact]
    public void A_histogram_counts_what_is_at_or_below_each_bound()
    {
        var times = _meter.CreateHistogram<double>("t.time", "s", "Times", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        foreach (var value in (double[])[0.05, 0.1, 0.5, 7])
            times.Record(value, KeyValuePair.Create<string, object?>("kind", "x"));

        Assert.Equal(
            [
                "# HELP t_time_seconds Times", "# TYPE t_time_seconds histogram", "t_time_seconds_bucket{kind=\"x\",le=\"0.1\"} 2",
                "t_time_seconds_bucket{kind=\"x\",le=\"1\"} 3", "t_time_seconds_bucket{kind=\"x\",le=\"+Inf\"} 4", "t_time_seconds_sum{kind=\"x\"} 7.65",
                "t_time_seconds_count{kind=\"x\"} 4",
            ],
            Lines("t_time"));
    }

    [Fact]
    public void What_is_not_told_any_more_is_gone()
    {
        var partitions = new List<int> { 0, 1 };
        _meter.CreateObservableGauge("t.end", () => partitions.Select(p => new Measurement<long>(p * 10, KeyValuePair.Create<string, object?>("partition", p))));

        Assert.Equal(["t_end{partition=\"0\"} 0", "t_end{partition=\"1\"} 10"], Lines("t_end")[2..]);
        partitions.Remove(0);
        Assert.Equal(["t_end{partition=\"1\"} 10"], Lines("t_end")[2..]);
    }

    [Fact]
    public void Instruments_of_one_name_add_up_and_leave_with_their_meter()
    {
        using (var other = new Meter("others"))
        {
            _meter.CreateObservableCounter("t.sent-total", () => 3);
            other.CreateObservableCounter("t.sent-total", () => 4);
            Assert.Equal("t_sent_total 7", Lines("t_sent")[^1]);
        }

        Assert.Equal("t_sent_total 3", Lines("t_sent")[^1]);
    }

    [Fact]
    public void A_name_has_one_type()
    {
        _meter.CreateObservableGauge("t.same-total", () => 3);
        using var other = new Meter("others");
        other.CreateObservableGauge("t.same", () => 4);

        Assert.Single(Lines("t_same"), l => l.StartsWith("# TYPE t_same ", StringComparison.Ordinal));
        Assert.Single(Lines("t_same"), l => l.StartsWith("t_same ", StringComparison.Ordinal));
    }

    [Fact]
    public void Values_of_labels_are_escaped()
    {
        var counter = _meter.CreateCounter<long>("t.odd", description: "a \\ and\na line");
        counter.Add(1, KeyValuePair.Create<string, object?>("client-id", "a\"b\\c\nd"), KeyValuePair.Create<string, object?>("nothing", null));

        Assert.Equal(
            [@"# HELP t_odd_total a \\ and\na line", "# TYPE t_odd_total counter", @"t_odd_total{client_id=""a\""b\\c\nd"",nothing=""""} 1"], Lines("t_odd"));
    }

    [Fact]
    public void Labels_without_bound_do_not_fill_the_memory()
    {
        var counter = _meter.CreateCounter<long>("t.many");
        for (var i = 0; i < InstrumentValues.MostSeries + 10; i++)
            counter.Add(1, KeyValuePair.Create<string, object?>("i", i));

        Assert.Equal(InstrumentValues.MostSeries + 2, Lines("t_many").Length);
    }

    [Fact]
    public void Telling_a_value_allocates_nothing()
    {
        var counter = _meter.CreateCounter<long>("t.hot");
        Tell(counter, 1000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Tell(counter, 1000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData("kafka.streams.stream-thread-metrics.commit-latency-avg", "ms", "Gauge", "kafka_streams_stream_thread_metrics_commit_latency_avg", 1)]
    [InlineData("kafka.streams.stream-thread-metrics.commit-total", "", "Counter", "kafka_streams_stream_thread_metrics_commit_total", 1)]
    [InlineData("kafka.streams.stream-thread-metrics.blocked-time-ns-total", "ns", "Counter", "kafka_streams_stream_thread_metrics_blocked_time_seconds_total", 1e-9)]
    [InlineData("kafka.streams.stream-state-metrics.oldest-iterator-open-since-ms", "ms", "Gauge", "kafka_streams_stream_state_metrics_oldest_iterator_open_since_seconds", 1e-3)]
    [InlineData("kafka.streams.stream-task-metrics.active-buffer-count", "{record}", "Gauge", "kafka_streams_stream_task_metrics_active_buffer_number", 1)]
    [InlineData("medstreams.broker.network.io", "By", "Counter", "medstreams_broker_network_io_bytes_total", 1)]
    [InlineData("cleaner.dirty_ratio", "1", "Gauge", "cleaner_dirty_ratio", 1)]
    [InlineData("9LivesLeft", null, "Gauge", "_9lives_left", 1)]
    public void Names_are_Prometheus_names(string instrument, string? unit, string kind, string name, double scale) =>
        Assert.Equal(new MetricName(name, scale), MetricName.Of(instrument, unit, Enum.Parse<MetricKind>(kind)));

    private static void Tell(Counter<long> counter, int times)
    {
        for (var i = 0; i < times; i++)
            counter.Add(1, Known[0], Known[1]);
    }

    private static readonly KeyValuePair<string, object?>[] Known = [KeyValuePair.Create<string, object?>("api", "fetch"), KeyValuePair.Create<string, object?>("error", "none")];

    private string[] Lines(string prefix)
    {
        var text = new Exposition();
        _collector.Write(text);
        return [.. Encoding.UTF8.GetString(text.ToBytes()).Split('\n').Where(l => l.StartsWith(prefix, StringComparison.Ordinal) || (l.StartsWith('#') && l.Split(' ')[2].StartsWith(prefix, StringComparison.Ordinal)))];
    }
}
