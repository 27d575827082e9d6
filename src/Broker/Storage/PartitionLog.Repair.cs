namespace MedStreams.Broker.Storage;

/// <content>What follows a failed write or sync.</content>
internal sealed partial class PartitionLog
{
    private readonly List<long> _cuts = []; // where each repair cut the log
    private int _incarnation;

    /// <summary>
    /// How often the log was repaired. What was appended under one incarnation and not durable at its end is not in the log any
    /// more; see <see cref="IsLost"/>.
    /// </summary>
    public int Incarnation => Volatile.Read(ref _incarnation);

    /// <summary>Whether a write or sync failed and appends are refused.</summary>
    public bool IsFailed => _state == State.Failed;

    /// <summary>Whether something that was appended is not in the log any more, or will not be.</summary>
    /// <param name="next">The offset after it.</param>
    /// <param name="incarnation">The incarnation under which it was appended.</param>
    public bool IsLost(long next, int incarnation)
    {
        lock (_gate)
        {
            return incarnation < _incarnation
                ? next > _cuts[incarnation]
                : _state == State.Failed && next > _highWatermark;
        }
    }

    /// <summary>
    /// Brings a failed log back: reads the files again up to what was durable, cuts off what was not, and goes on in a new
    /// file. Who waited for what is cut off has been told that it failed.
    /// </summary>
    /// <remarks>
    /// After a failed sync the system may hold pages for clean that never reached the disk. So the ends of the durable parts,
    /// which may share a page with what failed, are written and synced once more, and no batch follows in that file.
    /// </remarks>
    /// <returns>Whether the log takes appends now.</returns>
    /// <exception cref="IOException">The disk still fails; the log stays as it is.</exception>
    public bool TryRepair()
    {
        lock (_checkpointing)
        {
            long end;
            lock (_gate)
            {
                if (_state != State.Failed)
                    return _state == State.Open;
                while (_flushing)
                    Monitor.Wait(_gate);
                end = _highWatermark;
            }

            var recovered = LogRecovery.Run(Partition, Directory, Settings, _environment, end);
            if (recovered.NextOffset < end)
            {
                Logs.DurableRecordsLost(_logger, Partition.Topic, Partition.Partition, recovered.NextOffset, end);
                recovered.Segments.ForEach(segment => segment.Dispose());
                return false;
            }

            try
            {
                Refresh(recovered, end);
            }
            catch
            {
                recovered.Segments.ForEach(segment => segment.Dispose());
                throw;
            }

            return Resume(recovered);
        }
    }

    /// <summary>Makes the end of the log durable once more and begins a new file behind it.</summary>
    private void Refresh(in RecoveredLog recovered, long end)
    {
        var segments = recovered.Segments;
        var last = segments[^1];
        var since = recovered.Checkpoint?.SegmentBaseOffset ?? 0;
        var touched = segments.Where(segment => segment.BaseOffset >= since).ToList();
        if (last.Size > 0)
            last.Seal();
        touched.ForEach(segment => segment.RewriteEnds());
        _files.SyncData([.. touched.SelectMany(segment => segment.OpenFiles())]);
        if (last.Size > 0)
        {
            segments.Add(new LogSegment(_files, Directory, StoredSegment.New(end, Now), _settings.IndexIntervalBytes));
        }

        segments[^1].Make();
        _files.SyncDirectory(Directory);
    }

    private bool Resume(in RecoveredLog recovered)
    {
        LogSegment[] before;
        bool resumed;
        long lost;
        lock (_gate)
        {
            resumed = _state == State.Failed;
            lost = _next - recovered.NextOffset;
            before = resumed ? _segments : [.. recovered.Segments];
            if (resumed)
            {
                _producers = recovered.Producers;
                _producers.Durable(recovered.NextOffset);
                _verifications = null;
                _unsynced.Clear();
                _directoryUnsynced = false;
                _syncedTo = recovered.NextOffset;
                Volatile.Write(ref _segments, [.. recovered.Segments]);
                Volatile.Write(ref _checkpoint, recovered.Checkpoint);
                Volatile.Write(ref _next, recovered.NextOffset);

                // A recovery point whose writing failed in the end may have moved the start all the same.
                Volatile.Write(ref _logStart, Math.Max(_logStart, recovered.LogStartOffset));
                _state = State.Open;
                _cuts.Add(recovered.NextOffset);
                Volatile.Write(ref _incarnation, _cuts.Count);
            }
        }

        // Of what was in use before, or, if the log was closed meanwhile, of what was to replace it.
        foreach (var segment in before)
            segment.Dispose();
        if (resumed)
            Logs.Repaired(_logger, Partition.Topic, Partition.Partition, recovered.NextOffset, lost);
        return resumed;
    }
}
