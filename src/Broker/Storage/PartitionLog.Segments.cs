using MedStreams.Broker.Protocol;
using MedStreams.Broker.Records;

namespace MedStreams.Broker.Storage;

/// <content>The life of segments: roll, checkpoint, removal from the front, close.</content>
internal sealed partial class PartitionLog
{
    private const int KeptSnapshots = 2;

    private readonly Lock _checkpointing = new();
    private Dictionary<long, VerificationToken>? _verifications;
    private ProducerSnapshot? _checkpoint;

    /// <summary>How many bytes a crash now would make recovery read again, about.</summary>
    public long BytesSinceCheckpoint
    {
        get
        {
            var checkpoint = Volatile.Read(ref _checkpoint);
            var since = checkpoint?.SegmentBaseOffset ?? -1;
            var bytes = Segments.Where(segment => segment.BaseOffset >= since).Sum(segment => (long)segment.Size);
            return bytes - (checkpoint?.Point.Position ?? 0);
        }
    }

    /// <summary>The bytes of all segments.</summary>
    public long Size => Segments.Sum(segment => (long)segment.Size);

    /// <summary>
    /// Begins to verify that a producer may open a transaction here; the token goes to <see cref="Append"/> after the
    /// coordinator has agreed.
    /// </summary>
    /// <returns>Null when the producer's transaction is open here already and nothing has to be verified.</returns>
    public VerificationToken? BeginVerification(long producerId, short epoch)
    {
        lock (_gate)
        {
            if (HasOpenTransaction(producerId, epoch))
                return null;
            _verifications ??= [];
            if (_verifications.TryGetValue(producerId, out var pending) && pending.Epoch == epoch)
                return pending;
            return _verifications[producerId] = new(producerId, epoch);
        }
    }

    /// <summary>Takes a token back whose producer the coordinator did not vouch for.</summary>
    public void CancelVerification(VerificationToken token)
    {
        lock (_gate)
        {
            if (_verifications?.GetValueOrDefault(token.ProducerId) == token)
                _verifications.Remove(token.ProducerId);
        }
    }

    /// <summary>
    /// Makes everything up to now the point from which a crash is recovered: segments, indexes and producers.
    /// </summary>
    /// <remarks>Waits for a flush; does nothing when there is nothing new or the log is not open.</remarks>
    /// <exception cref="IOException">The files could not be synced; the last recovery point stays.</exception>
    public async ValueTask CheckpointAsync()
    {
        ProducerSnapshot snapshot;
        byte[] content;
        lock (_gate)
        {
            if (_state != State.Open || (_checkpoint?.Offset == _next && _checkpoint.LogStartOffset == _logStart))
                return;
            snapshot = TakeSnapshot();
            content = snapshot.Encode();
        }

        if (await WaitDurableAsync(snapshot.Offset) == ErrorCode.None)
            WriteCheckpoint(snapshot, content);
    }

    /// <summary>
    /// Moves the start of the log forward and removes segments that lie before it. The new start is durable on return.
    /// </summary>
    /// <returns>OFFSET_OUT_OF_RANGE when the offset lies beyond what is durable.</returns>
    public async ValueTask<ErrorCode> DeleteBeforeAsync(long offset)
    {
        lock (_gate)
        {
            if (Refusal() is { } refusal)
                return refusal;
            if (offset > _highWatermark)
                return ErrorCode.OffsetOutOfRange;
            if (offset <= _logStart)
                return ErrorCode.None;
            Volatile.Write(ref _logStart, offset);
        }

        await CheckpointAsync();
        RemoveSegmentsBefore(offset);
        return ErrorCode.None;
    }

    /// <summary>Forgets producers that wrote nothing for a time and have no open transaction.</summary>
    public void ExpireProducers(TimeSpan idle)
    {
        lock (_gate)
            _producers.Expire(Now - (long)idle.TotalMilliseconds);
    }

    /// <summary>Makes everything durable, with a recovery point at the end, and closes the files.</summary>
    /// <returns>False when the log had failed, so that only recovery can say what it holds.</returns>
    /// <exception cref="IOException">The recovery point could not be written; the files stay open.</exception>
    public async ValueTask<bool> CloseAsync()
    {
        await CheckpointAsync();
        var whole = _state != State.Failed;
        Close(State.Closed);
        return whole;
    }

    /// <summary>Closes the files at once and tells everyone who waits that the topic is gone.</summary>
    public void Abandon() => Close(State.Deleted);

    /// <summary>Closes the files as they are, as a crash would.</summary>
    public void Dispose() => Close(State.Closed);

    private bool HasOpenTransaction(long producerId, short epoch) =>
        _producers.Find(producerId) is { TransactionStart: >= 0 } state && state.Epoch == epoch;

    private bool IsVerified(in RecordBatch batch, VerificationToken? token)
    {
        if (!batch.IsTransactional || HasOpenTransaction(batch.ProducerId, batch.ProducerEpoch))
            return true;
        return token is not null
            && _verifications?.GetValueOrDefault(batch.ProducerId) == token
            && token.Epoch == batch.ProducerEpoch;
    }

    private bool MustRoll(in RecordBatch header)
    {
        var active = Active;
        if (active.Size == 0)
            return false;
        var age = active.FirstTimestamp < 0 ? 0 : header.MaxTimestamp - active.FirstTimestamp;
        return active.Size + (long)header.Size > _settings.SegmentBytes
            || header.LastOffset - active.BaseOffset > int.MaxValue
            || age > _settings.SegmentAge.TotalMilliseconds;
    }

    private void Roll()
    {
        Active.Seal();
        var next = new LogSegment(_files, Directory, _next, _settings.IndexIntervalBytes);
        _directoryUnsynced = true;
        Volatile.Write(ref _segments, [.. _segments, next]);
    }

    private ProducerSnapshot TakeSnapshot() => new()
    {
        Offset = _next,
        LogStartOffset = _logStart,
        SegmentBaseOffset = Active.BaseOffset,
        Point = Active.End,
        Producers = _producers.All,
    };

    private void WriteCheckpoint(ProducerSnapshot snapshot, byte[] content)
    {
        lock (_checkpointing)
        {
            var before = _checkpoint;
            if (snapshot.Offset < before?.Offset || _state != State.Open)
                return;
            var written = Segments
                .Where(segment => segment.BaseOffset >= (before?.SegmentBaseOffset ?? -1) && segment.BaseOffset <= snapshot.SegmentBaseOffset)
                .SelectMany(segment => segment.Files());
            _files.SyncData([.. written]);
            DurableFile.Replace(_files, Path.Combine(Directory, LogFileNames.Of(snapshot.Offset, LogFileNames.Snapshot)), content);
            Volatile.Write(ref _checkpoint, snapshot);
            RemoveOldSnapshots();
        }
    }

    private void RemoveOldSnapshots()
    {
        var old = _files.Files(Directory)
            .Select(file => file.Name)
            .Where(name => LogFileNames.OffsetOf(name, LogFileNames.Snapshot) >= 0)
            .OrderDescending(StringComparer.Ordinal)
            .Skip(KeptSnapshots);
        foreach (var name in old)
            _files.Delete(Path.Combine(Directory, name));
    }

    private void RemoveSegmentsBefore(long offset)
    {
        List<LogSegment> removed = [];
        lock (_gate)
        {
            while (_segments.Length > 1 && _segments[1].BaseOffset <= offset && !_flushing)
            {
                removed.Add(_segments[0]);
                _unsynced.Remove(_segments[0]);
                Volatile.Write(ref _segments, _segments[1..]);
            }
        }

        lock (_checkpointing)
        {
            foreach (var segment in removed)
                segment.Delete();
        }
    }

    private void Close(State state)
    {
        lock (_gate)
        {
            if (_state is State.Closed or State.Deleted)
                return;
            _state = state;
            while (_flushing)
                Monitor.Wait(_gate);
            ReleaseWaiters(Refusal() ?? ErrorCode.KafkaStorageError);
        }

        lock (_checkpointing)
        {
            foreach (var segment in _segments)
                segment.Dispose();
        }

        SignalReaders();
    }
}
