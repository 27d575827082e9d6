namespace MedStreams.Streams;

/// <summary>What a call of an asynchronous node knows of its place. Safe for use by any thread.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Metadata">Where the record came from; null where a punctuator or a cache made it.</param>
/// <param name="Attempt">Which attempt this is, from 1.</param>
/// <param name="Clock">The engine's clock; in a test driver, the one that the test moves.</param>
/// <param name="CancellationToken">Cancelled when the time of the attempt or of the call is up, or the task is given away.</param>
public readonly record struct AsyncCallContext(
    TaskId TaskId, RecordMetadata? Metadata, int Attempt, TimeProvider Clock, CancellationToken CancellationToken);

/// <summary>
/// The call of an asynchronous node. It runs on threads of the pool, several at a time, and may run again for a record: after a failed
/// attempt, and after a crash. It must not use stores or a processor's context.
/// </summary>
/// <param name="record">The record.</param>
/// <param name="context">Its place, and the cancellation token.</param>
/// <returns>The records to forward, none or several; usually made of the record, so that time and headers stay.</returns>
public delegate ValueTask<IReadOnlyList<Record<TKeyOut, TValueOut>>> AsyncProcessor<TKeyIn, TValueIn, TKeyOut, TValueOut>(
    Record<TKeyIn, TValueIn> record, AsyncCallContext context);
