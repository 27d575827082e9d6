using MedStreams.Streams;

namespace MedStreams.Monitoring.Page;

/// <summary>How many records went through the nodes of the topology and the topics beside it, and how many do in a second: of this instance.</summary>
internal sealed class NodesPart(KafkaStreams streams, TimeProvider clock) : IPagePart
{
    private Dictionary<string, double> _before = [];
    private long? _readAt;

    public string Name => "nodes";

    public ValueTask<object?> ReadAsync(CancellationToken cancellationToken)
    {
        var (nodes, read, written) = (new Totals("n "), new Totals("r "), new Totals("w "));
        foreach (var metric in streams.Metrics)
        {
            switch (metric)
            {
                case { Group: "stream-processor-node-metrics", Name: "process-total" }:
                    nodes.Add(metric.Tags["processor-node-id"], metric.Value);
                    break;
                case { Group: "stream-topic-metrics", Name: "records-consumed-total" }:
                    read.Add(metric.Tags["topic"], metric.Value);
                    break;
                case { Group: "stream-topic-metrics", Name: "records-produced-total" }:
                    written.Add(metric.Tags["topic"], metric.Value);
                    break;
            }
        }

        var seconds = _readAt is { } at ? clock.GetElapsedTime(at).TotalSeconds : 0;
        _readAt = clock.GetTimestamp();
        var shown = new
        {
            Nodes = nodes.Names.ToDictionary(n => n, n => new { Rate = Rate(nodes, n, seconds), Total = nodes[n] }),
            Topics = read.Names.Union(written.Names).ToDictionary(t => t, t => new
            {
                Read = Rate(read, t, seconds),
                Written = Rate(written, t, seconds),
                ReadTotal = read[t],
                WrittenTotal = written[t],
            }),
        };
        _before = nodes.All.Concat(read.All).Concat(written.All).ToDictionary();
        return new(shown);
    }

    /// <summary>Totals begin anew when a task comes, so they may fall.</summary>
    private double Rate(Totals totals, string name, double seconds) =>
        seconds > 0 && _before.TryGetValue(totals.KeyOf(name), out var before) ? Math.Round(Math.Max(0, totals[name] - before) / seconds, 1) : 0;

    /// <summary>Sums by name; the prefix tells one kind from another.</summary>
    private sealed class Totals(string prefix)
    {
        private readonly SortedDictionary<string, double> _sums = new(StringComparer.Ordinal);

        public IEnumerable<string> Names => _sums.Keys;

        public IEnumerable<KeyValuePair<string, double>> All => _sums.Select(s => KeyValuePair.Create(KeyOf(s.Key), s.Value));

        public double this[string name] => _sums.GetValueOrDefault(name);

        public string KeyOf(string name) => prefix + name;

        public void Add(string name, double value)
        {
            if (!double.IsNaN(value))
                _sums[name] = this[name] + value;
        }
    }
}
