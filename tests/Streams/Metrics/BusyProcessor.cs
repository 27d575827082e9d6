namespace MedStreams.Streams.Tests.Metrics;

/// <summary>Does everything with its store that can be done with one, and punctuates.</summary>
internal sealed class BusyProcessor(string store) : IProcessor<string, string, string, string>
{
    private IKeyValueStore<string, string> _store = null!;
    private IEnumerator<KeyValuePair<string, string>> _open = null!;

    public void Init(IProcessorContext<string, string> context)
    {
        _store = context.GetStateStore<IKeyValueStore<string, string>>(store);
        _store.Put("a", "1");
        _open = _store.All().GetEnumerator();
        _open.MoveNext(); // stays open until the end
        context.Schedule(TimeSpan.FromMilliseconds(1), PunctuationType.WallClockTime, _ => _store.Put("punctuated", "1"));
    }

    public void Process(in Record<string, string> record)
    {
        _store.Put("a", record.Value);
        _store.PutIfAbsent("b", record.Value);
        _ = _store.Get("a");
        _store.Delete("b");
        _ = _store.Range("a", "z").Count();
        _ = _store.PrefixScan("a", Serdes.String).Count();
        _ = _store.All().Count();
    }

    public void Close() => _open.Dispose();
}
