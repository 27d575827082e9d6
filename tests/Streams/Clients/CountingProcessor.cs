namespace MedStreams.Streams.Tests.Clients;

/// <summary>Counts the records of each key in a store, and forwards each new count.</summary>
internal sealed class CountingProcessor(string storeName) : IProcessor<string, string, string, string>
{
    private IProcessorContext<string, string> _context = null!;
    private IKeyValueStore<string, string> _counts = null!;

    public void Init(IProcessorContext<string, string> context)
    {
        _context = context;
        _counts = context.GetStateStore<IKeyValueStore<string, string>>(storeName);
    }

    public void Process(in Record<string, string> record)
    {
        var count = ((_counts.Get(record.Key) is { } known ? int.Parse(known) : 0) + 1).ToString();
        _counts.Put(record.Key, count);
        _context.Forward(record.WithValue(count));
    }
}
