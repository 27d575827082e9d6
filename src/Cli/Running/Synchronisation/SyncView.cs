using Confluent.Kafka;
using MedStreams.Cli.Running.Page;
using MedStreams.Monitoring.Page;
using MedStreams.Topologies.Synchronisation;

namespace MedStreams.Cli.Running.Synchronisation;

/// <summary>Shards with owners and progress, and operators that are left alone, as the page shows them: what shards told last. Used by one thread at a time.</summary>
internal sealed class SyncView
{
    private readonly SortedDictionary<int, ShardStatus> _states = [];
    private readonly Dictionary<string, long> _openSince = new(StringComparer.Ordinal);

    /// <summary>The view of a topology.</summary>
    public static PageContent Of(PageSetting setting, SynchronisationOptions options)
    {
        var view = new SyncView();
        var tail = setting.Tail("sync", options.StatusTopic, view.Take, view.Show);
        return new PageContent { Parts = [tail], Owned = [tail] };
    }

    internal void Take(ConsumeResult<byte[]?, byte[]?> record)
    {
        if (record.Message.Value is { } value)
            Take(SyncSerdes.Status.Deserialize(value, default));
    }

    internal void Take(ShardStatus state)
    {
        _states[state.Shard] = state;
        foreach (var name in state.Operators.Select(o => o.Operator))
        {
            if (!IsOpen(name))
                _openSince.Remove(name);
            else
                _openSince.TryAdd(name, state.At);
        }
    }

    internal object? Show() => _states.Count == 0 ? null : new
    {
        Shards = _states.Values.Select(state => new
        {
            state.Shard,
            state.Owner,
            Done = state.Operators.Sum(o => o.Settled),
            Total = state.Operators.Sum(o => o.Total),
            State = state.IsPaused ? "paused" : state.Running == 0 ? "done" : state.HasData ? "running" : "waiting",
        }).ToList(),
        Breakers = Operators().Select(o => o.Operator).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(name => new
        {
            Operator = name,
            State = IsOpen(name) ? "open" : "closed",
            Since = _openSince.TryGetValue(name, out var since) ? since : (long?)null,
        }).ToList(),
    };

    private IEnumerable<ShardOperator> Operators() => _states.Values.SelectMany(s => s.Operators);

    /// <summary>A breaker is open where one shard says so.</summary>
    private bool IsOpen(string name) => Operators().Any(o => o.Operator == name && o.IsBreakerOpen);
}
