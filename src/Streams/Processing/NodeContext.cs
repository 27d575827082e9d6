namespace MedStreams.Streams.Processing;

/// <summary>What code of the user's in one node can ask for and do, apart from forwarding.</summary>
/// <param name="node">The node's name.</param>
/// <param name="task">Its task.</param>
/// <param name="stores">Names of the stores that are connected to it.</param>
internal sealed class NodeContext(string node, TaskContext task, IReadOnlySet<string> stores) : IProcessingContext
{
    public string ApplicationId => task.ApplicationId;

    public TaskId TaskId => task.TaskId;

    public RecordMetadata? RecordMetadata => task.Current.Topic is null ? null : task.Current;

    public long CurrentStreamTimeMs => task.StreamTime;

    public long CurrentSystemTimeMs => task.SystemTime;

    public TStore GetStateStore<TStore>(string name)
        where TStore : class, IStateStore
    {
        var store = stores.Contains(name) ? task.Store(name) : task.GlobalStore(name);
        if (store is null)
        {
            throw new StreamsException($"{node} has no store named {name}: connect it when the processor is added.")
            {
                Task = task.TaskId,
            };
        }

        return store as TStore
            ?? throw new StreamsException($"The store {name} is a {store.GetType().Name}, not a {typeof(TStore).Name}.");
    }

    public ICancellable Schedule(TimeSpan interval, PunctuationType type, Action<long> callback) =>
        task.Punctuations.Add(
            (long)interval.TotalMilliseconds,
            type,
            type == PunctuationType.StreamTime ? task.StreamTime : task.SystemTime,
            callback);

    public ICancellable Schedule(
        DateTimeOffset startTime, TimeSpan interval, PunctuationType type, Action<long> callback) =>
        task.Punctuations.AddAt(
            (long)interval.TotalMilliseconds, type, startTime.ToUnixTimeMilliseconds(), callback);

    public void Commit() => task.CommitRequested = true;
}
