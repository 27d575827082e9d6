using System.Runtime.ExceptionServices;
using MedStreams.Streams;
using Npgsql;

namespace MedStreams.Sinks.Migration;

/// <summary>
/// The claim of one partition. A commit whose outcome is unknown needs no treatment of its own: the next one reads, under the row's lock, how far the
/// database is, and only this epoch can have moved it.
/// </summary>
internal sealed class MigrationSinkWriter(MigrationDatabase database, SinkPartition partition, PartitionClaims claims, PartitionState state)
    : ISinkWriter<string, MigrationChange>
{
    private const int BytesOfChange = 600; // about
    private const int StatementsAtATime = 500;
    private const string NoRecord = "No record of the migration database has this run and study.";

    private readonly List<Entry> _buffer = [];

    /// <inheritdoc/>
    public long? NextOffset { get; private set; } = state.NextOffset;

    /// <inheritdoc/>
    public long BufferedBytes => (long)_buffer.Count * BytesOfChange;

    /// <inheritdoc/>
    public void Write(in Record<string, MigrationChange> record, RecordMetadata metadata)
    {
        if (metadata.Offset >= (NextOffset ?? 0))
            _buffer.Add(new Entry(record.Key, record.Value, metadata.Offset));
    }

    /// <inheritdoc/>
    public async ValueTask CommitAsync(long nextOffset, RejectedRecordsHandler reject, CancellationToken cancellationToken)
    {
        if (nextOffset <= NextOffset && _buffer.Count == 0)
            return;
        try
        {
            NextOffset = await database.TransactAsync((connection, stop) => CommitAsync(connection, nextOffset, reject, stop), cancellationToken);
            Discard();
        }
        catch (RejectionFailedException e)
        {
            e.Cause.Throw();
        }
    }

    /// <inheritdoc/>
    public void Discard() => _buffer.Clear();

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Discard();
        return ValueTask.CompletedTask;
    }

    private async Task<long> CommitAsync(NpgsqlConnection connection, long nextOffset, RejectedRecordsHandler reject, CancellationToken stop)
    {
        Reconcile(await claims.LockAsync(connection, stop));
        var records = await FindAsync(connection, stop);
        await RefuseAsync([.. _buffer.Where(e => RecordOf(e, records) is null)], reject, stop);
        await ApplyAsync(connection, records, stop);
        var target = Math.Max(nextOffset, NextOffset ?? 0);
        await claims.AdvanceAsync(connection, target, stop);
        return target;
    }

    /// <summary>Hands over what names no record. Afterwards it is out of the buffer, so that no later attempt hands it over again.</summary>
    private async Task RefuseAsync(HashSet<Entry> refused, RejectedRecordsHandler reject, CancellationToken stop)
    {
        if (refused.Count == 0)
            return;
        try
        {
            await reject([.. refused.Select(entry => new RejectedRecord(entry.Offset, NoRecord))], stop);
        }
        catch (Exception e)
        {
            throw new RejectionFailedException(ExceptionDispatchInfo.Capture(e)); // not an error of the database
        }

        _buffer.RemoveAll(refused.Contains);
    }

    private Task<Dictionary<(string Run, string Study), long>> FindAsync(NpgsqlConnection connection, CancellationToken stop) => _buffer.Count == 0
        ? Task.FromResult(new Dictionary<(string, string), long>())
        : ChangeRows.FindAsync(connection, _buffer.Where(e => e.IsWhole).Select(e => (e.Change.Run, e.Study)), stop);

    private static long? RecordOf(Entry entry, Dictionary<(string Run, string Study), long> records) =>
        entry.IsWhole && records.TryGetValue((entry.Change.Run, entry.Study), out var record) ? record : null;

    /// <summary>Record by record, so that all take their locks in one order; the changes of a record stay in theirs.</summary>
    private async Task ApplyAsync(NpgsqlConnection connection, Dictionary<(string Run, string Study), long> records, CancellationToken stop)
    {
        var batch = new NpgsqlBatch(connection);
        try
        {
            foreach (var (record, change) in _buffer.Select(e => (RecordOf(e, records)!.Value, e.Change)).OrderBy(c => c.Value))
            {
                ChangeRows.Add(batch, record, change);
                if (batch.BatchCommands.Count < StatementsAtATime)
                    continue;
                await batch.ExecuteNonQueryAsync(stop);
                batch.BatchCommands.Clear();
            }

            if (batch.BatchCommands.Count > 0)
                await batch.ExecuteNonQueryAsync(stop);
        }
        finally
        {
            await batch.DisposeAsync();
        }
    }

    /// <summary>Checks the claim, and takes over what an earlier commit of this writer wrote without our knowing.</summary>
    private void Reconcile(PartitionState? locked)
    {
        if (locked is not { } now || now.Epoch != state.Epoch)
        {
            throw new SinkFencedException(
                $"Another owner has claimed {partition.Topic}-{partition.Partition} for the migration database: epoch {locked?.Epoch} instead of {state.Epoch}.");
        }

        if (now.NextOffset == NextOffset)
            return;
        if (now.NextOffset is not { } further || further < NextOffset)
        {
            throw new SinkFencedException(
                $"The next offset of {partition.Topic}-{partition.Partition} for the migration database was set back from {NextOffset} to {now.NextOffset}: "
                + "the partition must be claimed again.");
        }

        NextOffset = further;
        _buffer.RemoveAll(entry => entry.Offset < further);
    }

    /// <summary>Carries an error of the caller's handler past the handling of the database's.</summary>
    private sealed class RejectionFailedException(ExceptionDispatchInfo cause) : Exception
    {
        public ExceptionDispatchInfo Cause { get; } = cause;
    }

    /// <summary>A record of the topic; whoever wrote it may have left something out.</summary>
    private readonly record struct Entry(string Study, MigrationChange Change, long Offset)
    {
        public bool IsWhole => Study is { Length: > 0 } && Change is { Run: not null };
    }
}
