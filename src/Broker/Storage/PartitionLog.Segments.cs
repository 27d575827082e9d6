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
    private double _jitter;

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
    public async ValueTask CheckpointAsync() => await CheckpointAsync(LogStartOffset);

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

    /// <summary>
    /// A recovery point in which the log starts at an offset or later. Answers false when the log failed or was closed before it
    /// was made.
    /// </summary>
    private async ValueTask<bool> CheckpointAsync(long logStart)
    {
        while (true)
        {
            ProducerSnapshot snapshot;
            byte[] content;
            lock (_gate)
            {
                if (_state != State.Open)
                    return false;
                logStart = Math.Max(logStart, Math.Max(_logStart, _checkpoint?.LogStartOffset ?? 0));
                if (IsCovered(logStart))
                    return true;
                snapshot = TakeSnapshot(logStart);
                content = snapshot.Encode();
            }

            if (await WaitDurableAsync(snapshot.Offset) != ErrorCode.None)
                return false;
            if (WriteCheckpoint(snapshot, content))
                return true;
        }
    }

    private bool MustRoll(in RecordBatch header)
    {
        var active = Active;
        if (active.Size == 0)
            return false;
        var age = active.FirstTimestamp < 0 ? Now - active.Opened : header.MaxTimestamp - active.FirstTimestamp;
        return active.Size + (long)header.Size > _settings.SegmentBytes
            || header.LastOffset - active.BaseOffset > int.MaxValue
            || age > _settings.LongestAge.TotalMilliseconds - _jitter
            || active.IsFull(_settings.IndexBytes);
    }

    private void Roll()
    {
        Active.Seal();
        var next = new LogSegment(_files, Directory, StoredSegment.New(_next, Now), _settings.IndexIntervalBytes);
        next.Make();
        _jitter = Jitter(_settings);
        _directoryUnsynced = true;
        Volatile.Write(ref _segments, [.. _segments, next]);
    }

    private static double Jitter(TopicSettings settings) =>
        Random.Shared.NextDouble() * Math.Min(settings.SegmentJitter.TotalMilliseconds, settings.SegmentAge.TotalMilliseconds);

    private ProducerSnapshot TakeSnapshot(long logStart) => new()
    {
        Offset = _next,
        LogStartOffset = logStart,
        CleanedTo = _cleanedTo,
        SegmentBaseOffset = Active.BaseOffset,
        Point = Active.End,
        Producers = _producers.All,
    };

    /// <summary>Whether there is nothing that another recovery point would say.</summary>
    private bool IsCovered(long logStart) => _checkpoint is { } last
        && last.Offset == _next
        && last.LogStartOffset >= logStart
        && last.SegmentBaseOffset == Active.BaseOffset
        && last.CleanedTo == _cleanedTo;

    /// <summary>Writes a recovery point; answers false when one that is newer, but starts earlier, came before it.</summary>
    private bool WriteCheckpoint(ProducerSnapshot snapshot, byte[] content)
    {
        lock (_checkpointing)
        {
            var before = _checkpoint;
            if (snapshot.Offset < before?.Offset || snapshot.LogStartOffset < before?.LogStartOffset || _state != State.Open)
                return _state == State.Open && before?.Offset >= snapshot.Offset && before.LogStartOffset >= snapshot.LogStartOffset;
            var written = Segments
                .Where(segment => segment.BaseOffset >= (before?.SegmentBaseOffset ?? -1) && segment.BaseOffset <= snapshot.SegmentBaseOffset)
                .SelectMany(segment => segment.OpenFiles());
            SyncOrFail([.. written]);
            DurableFile.Replace(_files, Path.Combine(Directory, LogFileNames.Of(snapshot.Offset, LogFileNames.Snapshot)), content);
            Volatile.Write(ref _checkpoint, snapshot);
            RemoveOldSnapshots(KeptSnapshots);
            return true;
        }
    }

    /// <summary>A sync that fails may have cost bytes that a later one would call durable: the log has to be read again.</summary>
    private void SyncOrFail(List<IStorageFile> files)
    {
        try
        {
            _files.SyncData(files);
        }
        catch (IOException exception)
        {
            lock (_gate)
                Fail(exception);
            throw;
        }
    }

    private int RemoveOldSnapshots(int kept)
    {
        var old = _files.Files(Directory)
            .Select(file => file.Name)
            .Where(name => LogFileNames.OffsetOf(name, LogFileNames.Snapshot) >= 0)
            .OrderDescending(StringComparer.Ordinal)
            .Skip(kept)
            .ToList();
        foreach (var name in old)
            _files.Delete(Path.Combine(Directory, name));
        return old.Count;
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
