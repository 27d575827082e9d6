using MedStreams.Broker.Protocol;
using MedStreams.Broker.Records;
using Microsoft.Extensions.Logging;

namespace MedStreams.Broker.Storage;

/// <summary>
/// The durable log of one partition: batches in segments, the producers it knows, and how far it is durable and stable.
/// </summary>
/// <remarks>
/// Safe for concurrent use. Appends of one partition run one after the other; readers never wait for them. Offsets:
/// <c>LogStartOffset &lt;= LastStableOffset &lt;= HighWatermark &lt;= NextOffset</c>, and none of them moves back, but for the last:
/// what was never durable is cut off when the log is repaired after a failure of the disk.
/// Batches are stored as they came; the base offset, the leader epoch and, where the broker's clock counts, the time are
/// written into them in place.
/// </remarks>
internal sealed partial class PartitionLog : IFlushable, IDisposable
{
    /// <summary>The epoch of this broker as the partition's leader: there never was another.</summary>
    public const int LeaderEpoch = 0;

    private readonly object _gate = new();
    private readonly LogEnvironment _environment;
    private readonly IFileSystem _files;
    private readonly ILogFlusher _flusher;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private ProducerStates _producers;
    private LogSegment[] _segments;
    private TopicSettings _settings;
    private long _logStart;
    private long _next;
    private long _highWatermark;
    private long _lastStable;
    private volatile State _state = State.Open;

    /// <summary>A log whose files were read by <see cref="LogRecovery"/>: everything in them is durable.</summary>
    /// <param name="partition">The topic and the number.</param>
    /// <param name="directory">The folder of the files.</param>
    /// <param name="settings">The topic's settings.</param>
    /// <param name="recovered">What was found.</param>
    /// <param name="environment">What the logs share.</param>
    internal PartitionLog(
        TopicPartition partition, string directory, TopicSettings settings, in RecoveredLog recovered, LogEnvironment environment)
    {
        _environment = environment;
        _files = environment.Files;
        _flusher = environment.Flusher;
        _clock = environment.Clock;
        _logger = environment.Logger;
        Partition = partition;
        Directory = directory;
        _settings = settings;
        _segments = [.. recovered.Segments];
        _producers = recovered.Producers;
        _producers.Durable(recovered.NextOffset);
        _logStart = recovered.LogStartOffset;
        _next = recovered.NextOffset;
        _highWatermark = _next;
        _syncedTo = _next;
        _lastStable = _producers.FirstUndecided ?? _next;
        _checkpoint = recovered.Checkpoint;
        _cleanedTo = recovered.Checkpoint?.CleanedTo ?? 0;
        _directoryUnsynced = recovered.NamesUnsynced;
        RecoveryPoint = recovered.Checkpoint?.Offset ?? recovered.LogStartOffset;
    }

    private enum State
    {
        /// <summary>Appends and reads.</summary>
        Open,

        /// <summary>
        /// A write or sync failed: nothing is known about what was not durable before. Durable records can be read; appends are
        /// refused until <see cref="TryRepair"/> has read the files again.
        /// </summary>
        Failed,

        /// <summary>Closed by the broker's stop.</summary>
        Closed,

        /// <summary>Closed because the topic was deleted.</summary>
        Deleted,
    }

    /// <summary>The topic and the number.</summary>
    public TopicPartition Partition { get; }

    /// <summary>The folder of the files.</summary>
    public string Directory { get; }

    /// <summary>The offset from which the log was read when it was opened: what lies before it was trusted.</summary>
    public long RecoveryPoint { get; }

    /// <summary>The first offset that readers may ask for.</summary>
    public long LogStartOffset => Volatile.Read(ref _logStart);

    /// <summary>The offset of the next record.</summary>
    public long NextOffset => Volatile.Read(ref _next);

    /// <summary>The offset up to which records are durable: what consumers may read.</summary>
    public long HighWatermark => Volatile.Read(ref _highWatermark);

    /// <summary>The offset up to which every transaction is decided and durable: what read_committed consumers may read.</summary>
    public long LastStableOffset => Math.Max(Volatile.Read(ref _lastStable), LogStartOffset);

    /// <summary>The topic's configuration; a new one counts from the next append.</summary>
    public TopicSettings Settings
    {
        get => Volatile.Read(ref _settings);
        set => Volatile.Write(ref _settings, value);
    }

    private LogSegment[] Segments => Volatile.Read(ref _segments);

    private LogSegment Active => _segments[^1];

    /// <summary>
    /// Appends one batch of a client or of a coordinator. It is written when the call returns, and durable, thus visible
    /// to consumers, once <see cref="WaitDurableAsync"/> of its next offset ends.
    /// </summary>
    /// <param name="batch">One whole batch whose CRC was checked. Its offset, epoch and perhaps time are written into it.</param>
    /// <param name="origin">Who appends.</param>
    /// <param name="verification">
    /// For a transactional batch of a client where transactions are verified: what <see cref="BeginVerification"/> gave.
    /// </param>
    /// <param name="requireVerification">Whether a transaction may begin here only with a valid token.</param>
    public AppendResult Append(
        Span<byte> batch,
        AppendOrigin origin,
        VerificationToken? verification = null,
        bool requireVerification = false)
    {
        var header = new RecordBatch(batch);
        AppendResult result;
        bool schedule;
        lock (_gate)
        {
            if (Refusal() is { } refusal)
                return AppendResult.Refused(refusal);
            if (header.ProducerId >= 0)
            {
                var error = _producers.Check(header, origin, out var duplicate);
                if (duplicate is { } earlier)
                    return new(ErrorCode.None, earlier.BaseOffset, earlier.LastOffset + 1, -1, _logStart);
                if (error == ErrorCode.None && requireVerification && !IsVerified(header, verification))
                    error = ErrorCode.InvalidTxnState;
                if (error != ErrorCode.None)
                    return AppendResult.Refused(error) with { LogStartOffset = _logStart };
            }

            var appendTime = Stamp(batch);
            if (Write(batch) is { } failure)
                return AppendResult.Refused(failure);
            if (header.ProducerId >= 0)
            {
                _producers.Appended(header, _next, Now);
                _verifications?.Remove(header.ProducerId);
            }

            result = new(ErrorCode.None, _next, header.NextOffset, appendTime, _logStart, Incarnation: _incarnation);
            schedule = Advance(header.NextOffset);
        }

        if (schedule)
            _flusher.Schedule(this);
        return result;
    }

    /// <summary>
    /// Appends the end of a producer's transaction. The transaction counts as decided, for read_committed consumers,
    /// once the marker is durable.
    /// </summary>
    /// <param name="producerId">The producer.</param>
    /// <param name="epoch">Its epoch; an older one than the partition knows is refused.</param>
    /// <param name="marker">How the transaction ended, and the epoch of the coordinator.</param>
    public AppendResult AppendMarker(long producerId, short epoch, TransactionMarker marker)
    {
        AppendResult result;
        bool schedule;
        lock (_gate)
        {
            if (Refusal() is { } refusal)
                return AppendResult.Refused(refusal);
            var error = _producers.CheckMarker(producerId, epoch, marker.CoordinatorEpoch);
            if (error != ErrorCode.None)
                return AppendResult.Refused(error);

            var now = Now;
            var batch = marker.ToBatch(_next, LeaderEpoch, producerId, epoch, now);
            Stamp(batch);
            if (Write(batch) is { } failure)
                return AppendResult.Refused(failure);
            _verifications?.Remove(producerId);
            if (!NoteMarker(producerId, epoch, marker, now))
                return AppendResult.Refused(ErrorCode.KafkaStorageError);
            result = new(ErrorCode.None, _next, _next + 1, -1, _logStart, Incarnation: _incarnation);
            schedule = Advance(_next + 1);
        }

        if (schedule)
            _flusher.Schedule(this);
        return result;
    }

    private long Now => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    private ErrorCode? Refusal() => _state switch
    {
        State.Open => null,
        State.Deleted => ErrorCode.UnknownTopicOrPartition,
        _ => ErrorCode.KafkaStorageError,
    };

    private bool NoteMarker(long producerId, short epoch, TransactionMarker marker, long now)
    {
        try
        {
            _producers.Replay(Active.Aborted, producerId, epoch, marker, _next, now, now);
            return true;
        }
        catch (IOException exception)
        {
            // The marker may stand in the log while its transaction stays open here: only recovery can tell.
            Fail(exception);
            return false;
        }
    }

    /// <summary>Writes offset, leader epoch and, where the broker's clock counts, the time into a batch.</summary>
    private long Stamp(Span<byte> batch)
    {
        BatchPatch.SetPlace(batch, _next, LeaderEpoch);
        if (!_settings.LogAppendTime)
            return -1;
        var now = Now;
        BatchPatch.SetLogAppendTime(batch, now);
        return now;
    }

    private ErrorCode? Write(ReadOnlySpan<byte> batch)
    {
        try
        {
            if (MustRoll(new RecordBatch(batch)))
                Roll();
            Active.Append(batch, Now);
            return null;
        }
        catch (IOException exception)
        {
            Logs.WriteFailed(_logger, exception, Partition.Topic, Partition.Partition);
            CutTailOrFail();
            return ErrorCode.KafkaStorageError;
        }
    }

    /// <summary>What a failed write left behind must not stay where a later, shorter batch would uncover it.</summary>
    private void CutTailOrFail()
    {
        try
        {
            Active.CutTail();
        }
        catch (IOException exception)
        {
            Fail(exception);
        }
    }

    /// <summary>Publishes the new end; answers whether a flush has to be scheduled, which is done outside the lock.</summary>
    private bool Advance(long next)
    {
        if (_syncedTo == _next)
            _unsyncedSince = Now;
        Volatile.Write(ref _next, next);
        if (!_unsynced.Contains(Active))
            _unsynced.Add(Active);
        if (_flushScheduled)
            return false;
        _flushScheduled = true;
        return true;
    }

    private void Fail(Exception exception)
    {
        Logs.PartitionFailed(_logger, exception, Partition.Topic, Partition.Partition);
        _state = State.Failed;
        ReleaseWaiters(ErrorCode.KafkaStorageError);
    }
}
