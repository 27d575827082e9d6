using MedStreams.Streams;
using MedStreams.Streams.Graph;
using MedStreams.Streams.Processing;
using MedStreams.Streams.Runtime;
using MedStreams.Streams.State;

namespace MedStreams.Golden.Tests.Streams.Runtime;

/// <summary>The stores of one partition as a run has left them: opened from a folder, and completed from the changelogs, as at a restart.</summary>
internal sealed class LeftStores : IStoreAccess, IDisposable
{
    private readonly StateDirectory _directory;
    private readonly List<(TaskState State, TaskContext Context)> _tasks = [];

    public LeftStores(string folder, Topology topology, int partition, WrittenTopics topics)
    {
        _directory = StateDirectory.Open(folder, "app", new StateSettings(), TimeProvider.System);
        foreach (var subtopology in topology.Split().Where(s => !s.IsGlobal))
            _tasks.Add(Open(subtopology, new TaskId(subtopology.Id, partition), topics));
    }

    /// <summary>How many changelog records were missing on disk.</summary>
    public int Restored { get; private set; }

    public TStore Get<TStore>(string name)
        where TStore : class => (TStore)_tasks.Select(t => t.Context.Store(name)).First(s => s is not null)!;

    public long TimeOf(string name) => _tasks.Select(t => t.State.TryBytes(name)).First(b => b is not null)!.StreamTime;

    public void Dispose()
    {
        foreach (var (state, _) in _tasks)
            state.Dispose();
        _directory.Dispose();
    }

    private (TaskState State, TaskContext Context) Open(Subtopology subtopology, TaskId task, WrittenTopics topics)
    {
        var context = new TaskContext("app", task, TimeProvider.System, NoCollector.Instance, new HashSet<string>());
        var state = TaskState.Open(_directory, task, "app", subtopology.Stores, static t => t);
        state.OpenOwnStores(context);
        foreach (var changelog in state.Changelogs)
        {
            var restorer = state.Restorer(changelog.Store);
            var from = state.Positions[changelog.Store] ?? 0;
            foreach (var record in topics[changelog.Partition.Topic].Where(r => r.Partition == task.Partition && r.Offset >= from))
            {
                restorer.Add(new RawRecord
                {
                    Key = record.Key,
                    HasKey = record.Key is not null,
                    Value = record.Value,
                    HasValue = record.Value is not null,
                    Timestamp = record.Timestamp,
                    Headers = record.Headers,
                    Metadata = new RecordMetadata(changelog.Partition.Topic, record.Partition, record.Offset),
                });
                from = record.Offset + 1;
                if (subtopology.Stores.Any(s => s.Name == changelog.Store && s.Builder is IEngineStoreBuilder { Layout.Persistent: true }))
                    Restored++;
            }

            restorer.Write(from);
        }

        state.OpenStores(context);
        return (state, context);
    }
}
