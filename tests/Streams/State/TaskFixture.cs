using MedStreams.Streams.Graph;
using MedStreams.Streams.Processing;
using MedStreams.Streams.State;

namespace MedStreams.Streams.Tests.State;

/// <summary>A task's state in a folder of its own, opened and reopened as a stream thread does.</summary>
internal sealed class TaskFixture : IDisposable
{
    public static readonly TaskId Task = new(0, 0);

    private readonly string _folder = Directory.CreateTempSubdirectory("medstreams-state-").FullName;

    public TaskFixture(params IStoreBuilder[] stores)
    {
        Stores = [.. stores.Select(Define)];
        Open();
    }

    /// <summary>What the topology holds from the next opening on.</summary>
    public StoreDefinition[] Stores { get; set; }

    public StateDirectory Directories { get; private set; } = null!;

    public TaskState State { get; private set; } = null!;

    public TaskContext Context { get; private set; } = null!;

    public RecordingCollector Collector { get; } = new();

    public CacheBudget Cache { get; } = new(10 << 20);

    public string Folder => _folder;

    public static StoreDefinition Define(IStoreBuilder builder) => new(builder, null);

    public TStore Store<TStore>(string name)
        where TStore : class, IStateStore => (TStore)Context.Store(name)!;

    /// <summary>Flushes caches, then commits as after a transaction.</summary>
    public void Commit()
    {
        foreach (var store in Context.Stores)
            store.Flush();
        State.Commit(State.Changelogs.Where(c => Collector.NextOffset(c.Partition) is not null)
            .ToDictionary(c => c.Store, c => Collector.NextOffset(c.Partition)!.Value));
    }

    public void Reopen()
    {
        Close();
        Open();
    }

    public void At(long timestamp, Headers? headers = null)
    {
        Context.CurrentTimestamp = timestamp;
        Context.CurrentHeaders = headers ?? Headers.Empty;
        Context.Current = new RecordMetadata("input", 0, timestamp);
    }

    public void Close()
    {
        State.Dispose();
        Directories.Dispose();
    }

    public void Dispose()
    {
        Close();
        Directory.Delete(_folder, recursive: true);
    }

    public void Open() => Open(static _ => { });

    public void Open(Action<TaskState> restore)
    {
        Directories = StateDirectory.Open(_folder, "app", new StateSettings(), TimeProvider.System);
        State = TaskState.Open(Directories, Task, "app", Stores, t => t);
        Context = new TaskContext("app", Task, TimeProvider.System, Collector, new HashSet<string>()) { Cache = Cache };
        restore(State);
        State.OpenStores(Context);
    }
}
