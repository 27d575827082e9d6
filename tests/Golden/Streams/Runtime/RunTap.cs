using MedStreams.Streams;

namespace MedStreams.Golden.Tests.Streams.Runtime;

/// <summary>
/// What is known of a run from what its clients do: how far each partition is written, and how far the tasks have committed that they
/// have read. Topics carry the names of the topology. Safe for use by several threads.
/// </summary>
internal sealed class RunTap
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();
    private readonly Dictionary<TopicPartition, long> _ends = [];
    private readonly Dictionary<TopicPartition, long> _read = [];
    private readonly HashSet<string> _sources = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _polls;

    /// <summary>Topics that tasks, or global stores, read.</summary>
    public void AddSources(IEnumerable<string> topics)
    {
        lock (_lock)
            _sources.UnionWith(topics);
    }

    /// <summary>A record arrived at an offset.</summary>
    public void Written(TopicPartition partition, long offset) =>
        Change(() => _ends[partition] = Math.Max(_ends.GetValueOrDefault(partition), offset + 1));

    /// <summary>All records below an offset are processed, and what came of them is committed.</summary>
    public void Read(TopicPartition partition, long next) =>
        Change(() => _read[partition] = Math.Max(_read.GetValueOrDefault(partition), next));

    /// <summary>The stream thread asks for records: what it did before is done.</summary>
    public void Polled() => Change(() => _polls++);

    /// <summary>How often the stream thread has asked for records.</summary>
    public int Polls
    {
        get
        {
            lock (_lock)
                return _polls;
        }
    }

    /// <summary>How far the partitions of a topic are written.</summary>
    public IReadOnlyList<KeyValuePair<TopicPartition, long>> Ends()
    {
        lock (_lock)
            return [.. _ends];
    }

    /// <summary>Waits until everything written to topics that are read is processed.</summary>
    /// <param name="polls">And until the stream thread has asked for records so many times.</param>
    /// <param name="failed">Ends the wait when it faults.</param>
    public async Task SettledAsync(int polls, Task failed)
    {
        var deadline = Task.Delay(Patience);
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_polls >= polls
                    && _ends.All(e => !_sources.Contains(e.Key.Topic) || _read.GetValueOrDefault(e.Key) >= e.Value))
                {
                    return;
                }

                changed = _changed.Task;
            }

            var first = await Task.WhenAny(changed, failed, deadline);
            if (first == failed)
                await failed;
            if (first == deadline || first == failed)
                throw new TimeoutException($"The run stands still: {Describe()}");
        }
    }

    private string Describe()
    {
        lock (_lock)
        {
            return string.Join(
                ", ", _ends.Select(e => $"{e.Key} read to {_read.GetValueOrDefault(e.Key)} of {e.Value}"));
        }
    }

    private void Change(Action change)
    {
        lock (_lock)
        {
            change();
            _changed.TrySetResult();
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
