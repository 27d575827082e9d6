namespace MedStreams.Streams;

/// <summary>
/// A node of the topology with code of the user's. One instance serves one task and is called by one thread at a time.
/// </summary>
public interface IProcessor<TKeyIn, TValueIn, TKeyOut, TValueOut>
{
    /// <summary>Called once before the first record; keep the context and fetch the stores here.</summary>
    void Init(IProcessorContext<TKeyOut, TValueOut> context)
    {
    }

    /// <summary>Called for each record, in the order in which the task takes them.</summary>
    void Process(in Record<TKeyIn, TValueIn> record);

    /// <summary>Called once after the last record; the stores are still open.</summary>
    void Close()
    {
    }
}

/// <summary>A processor that may change values, never keys, so that the partitioning stays as it is.</summary>
public interface IFixedKeyProcessor<TKey, TValueIn, TValueOut>
{
    /// <summary>Called once before the first record.</summary>
    void Init(IFixedKeyProcessorContext<TKey, TValueOut> context)
    {
    }

    /// <summary>Called for each record.</summary>
    void Process(in FixedKeyRecord<TKey, TValueIn> record);

    /// <summary>Called once after the last record.</summary>
    void Close()
    {
    }
}

/// <summary>What a processor can ask for and do, apart from forwarding.</summary>
public interface IProcessingContext
{
    /// <summary>The application's id (<c>application.id</c>).</summary>
    string ApplicationId { get; }

    /// <summary>The task that this instance belongs to.</summary>
    TaskId TaskId { get; }

    /// <summary>The record being processed; null inside a punctuator.</summary>
    RecordMetadata? RecordMetadata { get; }

    /// <summary>The largest timestamp that the task has seen, in epoch milliseconds; -1 before the first record.</summary>
    long CurrentStreamTimeMs { get; }

    /// <summary>The clock of the engine, in epoch milliseconds.</summary>
    long CurrentSystemTimeMs { get; }

    /// <summary>A store that is connected to this node.</summary>
    /// <exception cref="StreamsException">No store of that name is connected to this node, or it is of another type.</exception>
    TStore GetStateStore<TStore>(string name)
        where TStore : class, IStateStore;

    /// <summary>Calls back regularly, by stream time or by the wall clock.</summary>
    /// <param name="interval">Time between calls, at least 1 ms.</param>
    /// <param name="type">Whose time.</param>
    /// <param name="callback">Gets the time in epoch milliseconds; runs on the task's thread.</param>
    ICancellable Schedule(TimeSpan interval, PunctuationType type, Action<long> callback);

    /// <summary>Calls back regularly from a time on, by stream time or by the wall clock.</summary>
    /// <param name="startTime">The first time to call back at.</param>
    /// <param name="interval">Time between calls, at least 1 ms.</param>
    /// <param name="type">Whose time.</param>
    /// <param name="callback">Gets the time in epoch milliseconds; runs on the task's thread.</param>
    ICancellable Schedule(DateTimeOffset startTime, TimeSpan interval, PunctuationType type, Action<long> callback);

    /// <summary>Asks for a commit as soon as the current record is done.</summary>
    void Commit();
}

/// <summary>The context of an <see cref="IProcessor{TKeyIn,TValueIn,TKeyOut,TValueOut}"/>.</summary>
public interface IProcessorContext<TKey, TValue> : IProcessingContext
{
    /// <summary>Hands a record to all children; returns when they are done with it.</summary>
    void Forward(in Record<TKey, TValue> record);

    /// <summary>Hands a record to the child of that name.</summary>
    /// <exception cref="StreamsException">There is no such child.</exception>
    void Forward(in Record<TKey, TValue> record, string childName);
}

/// <summary>The context of an <see cref="IFixedKeyProcessor{TKey,TValueIn,TValueOut}"/>.</summary>
public interface IFixedKeyProcessorContext<TKey, TValue> : IProcessingContext
{
    /// <summary>Hands a record to all children; returns when they are done with it.</summary>
    void Forward(in FixedKeyRecord<TKey, TValue> record);

    /// <summary>Hands a record to the child of that name.</summary>
    /// <exception cref="StreamsException">There is no such child.</exception>
    void Forward(in FixedKeyRecord<TKey, TValue> record, string childName);
}

/// <summary>Which time drives a punctuator.</summary>
public enum PunctuationType
{
    /// <summary>The largest timestamp seen; stands still when no records come.</summary>
    StreamTime,

    /// <summary>The engine's clock.</summary>
    WallClockTime,
}

/// <summary>Something that can be called off.</summary>
public interface ICancellable
{
    /// <summary>Calls it off; calling twice does nothing.</summary>
    void Cancel();
}
