using System.Diagnostics.Metrics;

namespace MedStreams.Streams.Metrics;

/// <summary>What metrics are read from: a thread, a task, a node, a store.</summary>
internal interface IMetricSource
{
    /// <summary>The metrics that it has.</summary>
    MetricFamily Family { get; }

    /// <summary>Whose the values are.</summary>
    IReadOnlyList<KeyValuePair<string, string>> Tags { get; }

    /// <summary>Tags that only those metrics have which name them; see <see cref="MetricDefinition{TSource}.MoreTags"/>.</summary>
    IReadOnlyList<KeyValuePair<string, string>> MoreTags => [];

    /// <summary>Begins new samples where the current ones are over.</summary>
    void Roll(long now);
}

/// <summary>One metric of a family.</summary>
/// <param name="Name">As Kafka Streams names it.</param>
/// <param name="Unit">In UCUM, as OpenTelemetry wants it; empty for a plain number.</param>
/// <param name="Description">What it tells.</param>
/// <param name="Read">The value at a time in epoch milliseconds; null where this source has no such metric.</param>
internal sealed record MetricDefinition<TSource>(
    string Name, string Unit, string Description, Func<TSource, long, double?> Read)
{
    /// <summary>The value of a metric that is a text.</summary>
    public Func<TSource, string?>? ReadText { get; init; }

    /// <summary>Names of tags that not all metrics of the source have.</summary>
    public IReadOnlyList<string> MoreTags { get; init; } = [];

    public bool IsTotal => Name.EndsWith("-total", StringComparison.Ordinal);
}

/// <summary>The metrics of one kind of source.</summary>
internal abstract class MetricFamily
{
    /// <summary>Makes an instrument for each metric, which tells the values of all sources.</summary>
    public abstract void CreateInstruments(Meter meter, Func<IEnumerable<MetricsRegistry>> registries);

    public abstract IEnumerable<StreamsMetric> Read(IMetricSource source, long now);
}

/// <inheritdoc/>
internal sealed class MetricFamily<TSource>(string group, params MetricDefinition<TSource>[] definitions) : MetricFamily
    where TSource : class, IMetricSource
{
    public override void CreateInstruments(Meter meter, Func<IEnumerable<MetricsRegistry>> registries)
    {
        foreach (var definition in definitions)
        {
            var name = $"kafka.streams.{group}.{definition.Name}";
            var unit = definition.Unit.Length == 0 ? null : definition.Unit;
            if (definition.IsTotal)
                meter.CreateObservableCounter(name, () => Measure(definition, registries), unit, definition.Description);
            else
                meter.CreateObservableGauge(name, () => Measure(definition, registries), unit, definition.Description);
        }
    }

    public override IEnumerable<StreamsMetric> Read(IMetricSource source, long now)
    {
        foreach (var definition in definitions)
        {
            var tags = TagsOf(definition, source).ToDictionary(StringComparer.Ordinal);
            if (definition.ReadText is not null)
            {
                if (definition.ReadText((TSource)source) is { } text)
                    yield return new StreamsMetric(group, definition.Name, tags, 1, text);
            }
            else if (definition.Read((TSource)source, now) is { } value)
            {
                yield return new StreamsMetric(group, definition.Name, tags, value);
            }
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> TagsOf(MetricDefinition<TSource> definition, IMetricSource source) =>
        definition.MoreTags.Count == 0
            ? source.Tags
            : source.Tags.Concat(source.MoreTags.Where(t => definition.MoreTags.Contains(t.Key)));

    private IEnumerable<Measurement<double>> Measure(
        MetricDefinition<TSource> definition, Func<IEnumerable<MetricsRegistry>> registries)
    {
        foreach (var registry in registries())
        {
            var now = registry.Now;
            foreach (var source in registry.Sources(this))
            {
                var tags = TagsOf(definition, source).Select(t => KeyValuePair.Create<string, object?>(t.Key, t.Value));
                if (definition.ReadText is not null)
                {
                    if (definition.ReadText((TSource)source) is { } text)
                        yield return new Measurement<double>(1, tags.Append(KeyValuePair.Create<string, object?>(definition.Name, text)));
                }
                else if (definition.Read((TSource)source, now) is { } value && !double.IsNaN(value))
                {
                    yield return new Measurement<double>(value, tags);
                }
            }
        }
    }
}
