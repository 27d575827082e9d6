using System.Text;
using Confluent.Kafka;
using MedStreams.Cli.Running.Page;
using MedStreams.Monitoring.Page;
using MedStreams.Topologies.RangeStatistics;

namespace MedStreams.Cli.Running.RangeStatistics;

/// <summary>The rounds of ranges, as the page shows them. Used by one thread at a time.</summary>
internal sealed class RangesView
{
    /// <summary>So many ranges are shown; further ones are counted only.</summary>
    private const int Most = 1000;

    private readonly SortedDictionary<string, (RangeResult Result, DateTimeOffset At)> _ranges = new(StringComparer.Ordinal);

    /// <summary>The view of a topology.</summary>
    public static PageContent Of(PageSetting setting, RangeStatisticsOptions options)
    {
        var view = new RangesView();
        var tail = setting.Tail("ranges", options.ResultsTopic, view.Take, view.Show);
        return new PageContent { Parts = [tail], Owned = [tail] };
    }

    internal void Take(ConsumeResult<byte[]?, byte[]?> record)
    {
        var range = Encoding.UTF8.GetString(record.Message.Key ?? []);
        if (record.Message.Value is { } value)
            _ranges[range] = (RangeStatisticsSerdes.Result.Deserialize(value, default), DateTimeOffset.FromUnixTimeMilliseconds(record.Message.Timestamp.UnixTimestampMs));
        else
            _ranges.Remove(range);
    }

    /// <summary>Ranges that wait for modules first. An agreed range tells no modules.</summary>
    internal object Show() => new
    {
        Ranges = _ranges.Count,
        Rounds = _ranges.OrderByDescending(r => r.Value.Result.Pending.Length + r.Value.Result.Failed.Length).Take(Most).Select(r => new
        {
            r.Value.Result.Round,
            From = r.Key,
            Modules = (string[])[.. r.Value.Result.Updated.Union(r.Value.Result.Pending).Union(r.Value.Result.Failed)],
            Complete = r.Value.Result.Updated.Except(r.Value.Result.Failed),
            r.Value.Result.Pending,
            r.Value.Result.Failed,
            r.Value.At,
        }).ToList(),
    };
}
