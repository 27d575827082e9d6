namespace MedStreams.Streams.Dsl.Operators;

/// <summary>Runs a processor that keeps the keys.</summary>
internal sealed class FixedKeyAdapter<TKey, TValueIn, TValueOut>(IFixedKeyProcessor<TKey, TValueIn, TValueOut> processor)
    : IProcessor<TKey, TValueIn, TKey, TValueOut>
{
    public void Init(IProcessorContext<TKey, TValueOut> context) => processor.Init(new Context(context));

    public void Process(in Record<TKey, TValueIn> record) => processor.Process(new FixedKeyRecord<TKey, TValueIn>(record));

    public void Close() => processor.Close();

    private sealed class Context(IProcessorContext<TKey, TValueOut> inner) : IFixedKeyProcessorContext<TKey, TValueOut>
    {
        public string ApplicationId => inner.ApplicationId;

        public TaskId TaskId => inner.TaskId;

        public RecordMetadata? RecordMetadata => inner.RecordMetadata;

        public long CurrentStreamTimeMs => inner.CurrentStreamTimeMs;

        public long CurrentSystemTimeMs => inner.CurrentSystemTimeMs;

        public TStore GetStateStore<TStore>(string name)
            where TStore : class, IStateStore => inner.GetStateStore<TStore>(name);

        public ICancellable Schedule(TimeSpan interval, PunctuationType type, Action<long> callback) =>
            inner.Schedule(interval, type, callback);

        public ICancellable Schedule(
            DateTimeOffset startTime, TimeSpan interval, PunctuationType type, Action<long> callback) =>
            inner.Schedule(startTime, interval, type, callback);

        public void Commit() => inner.Commit();

        public void Forward(in FixedKeyRecord<TKey, TValueOut> record) => inner.Forward(record.Record);

        public void Forward(in FixedKeyRecord<TKey, TValueOut> record, string childName) =>
            inner.Forward(record.Record, childName);
    }
}
