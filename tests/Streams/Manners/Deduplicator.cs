namespace MedStreams.Streams.Tests.Manners;

/// <summary>Lets a value of a key through once in a while.</summary>
internal sealed class Deduplicator(TimeSpan window) : IProcessor<string, string, string, string>
{
    private IProcessorContext<string, string>? _context;
    private ITimestampedKeyValueStore<string, string>? _seen;

    public static IStoreBuilder Store { get; } =
        Stores.TimestampedKeyValueStoreBuilder(Stores.InMemoryKeyValueStore("seen"), Serdes.String, Serdes.String);

    public void Init(IProcessorContext<string, string> context)
    {
        _context = context;
        _seen = context.GetStateStore<ITimestampedKeyValueStore<string, string>>("seen");
        context.Schedule(window, PunctuationType.StreamTime, Forget);
    }

    public void Process(in Record<string, string> record)
    {
        if (_seen?.Get(record.Key) is { } known && known.Value == record.Value)
            return;
        _seen?.Put(record.Key, new(record.Value, record.Timestamp));
        _context?.Forward(record);
    }

    private void Forget(long now)
    {
        foreach (var (key, entry) in _seen?.All() ?? [])
        {
            if (entry?.Timestamp < now - window.TotalMilliseconds)
                _seen?.Delete(key);
        }
    }
}
