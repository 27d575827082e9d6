using System.Data;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using MedStreams.Streams;
using Npgsql;

namespace MedStreams.Sinks;

/// <summary>
/// The claim of one partition. A commit whose outcome is unknown needs no treatment of its own: the next one reads,
/// under the row's lock, how far the database is, and only this epoch can have moved it.
/// </summary>
internal sealed class PostgresSinkWriter<TKey, TValue> : ISinkWriter<TKey, TValue>
{
    private const int Attempts = 4; // against deadlocks and serialization failures

    private readonly PostgresSink<TKey, TValue> _sink;
    private readonly SinkPartition _partition;
    private readonly PartitionClaims _claims;
    private readonly long _epoch;
    private readonly List<BufferedRow<TKey, TValue>> _buffer = [];

    public PostgresSinkWriter(
        PostgresSink<TKey, TValue> sink, SinkPartition partition, PartitionClaims claims, PartitionState state)
    {
        (_sink, _partition, _claims) = (sink, partition, claims);
        (_epoch, NextOffset) = (state.Epoch, state.NextOffset);
    }

    /// <inheritdoc/>
    public long? NextOffset { get; private set; }

    /// <inheritdoc/>
    public long BufferedBytes { get; private set; }

    /// <inheritdoc/>
    public void Write(in Record<TKey, TValue> record, RecordMetadata metadata)
    {
        if (metadata.Offset < NextOffset)
            return;
        _buffer.Add(new BufferedRow<TKey, TValue>(record, metadata));
        BufferedBytes += _sink.SizeOf(record);
    }

    /// <inheritdoc/>
    public async ValueTask CommitAsync(
        long nextOffset, RejectedRecordsHandler reject, CancellationToken cancellationToken)
    {
        if (nextOffset <= NextOffset && _buffer.Count == 0)
            return;
        try
        {
            await _sink.ReachAsync(stop => CommitWithRetriesAsync(nextOffset, reject, stop), cancellationToken);
        }
        catch (RejectionFailedException e)
        {
            e.Cause.Throw();
        }
    }

    /// <inheritdoc/>
    public void Discard()
    {
        _buffer.Clear();
        BufferedBytes = 0;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Discard();
        return ValueTask.CompletedTask;
    }

    private async Task<long> CommitWithRetriesAsync(
        long nextOffset, RejectedRecordsHandler reject, CancellationToken stop)
    {
        var isolate = false;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await CommitOnceAsync(nextOffset, isolate ? reject : null, stop);
            }
            catch (Exception e) when (!isolate && PostgresErrors.IsContent(e))
            {
                isolate = true; // rolled back: again, looking for the culprits
            }
            catch (PostgresException e) when (attempt < Attempts && PostgresErrors.IsConflict(e))
            {
                // Rolled back in favour of another transaction, which is through now: again at once.
            }
        }
    }

    /// <summary>One attempt; with a handler it looks for the rows that are refused, without one it takes all or none.</summary>
    private async Task<long> CommitOnceAsync(long nextOffset, RejectedRecordsHandler? reject, CancellationToken stop)
    {
        await using var connection = await _sink.DataSource.OpenConnectionAsync(stop);
        try
        {
            return await CommitOnAsync(connection, nextOffset, reject, stop);
        }
        catch (InvalidOperationException e) when (connection.State != ConnectionState.Open)
        {
            // Npgsql's word for a statement on a connection, or a transaction, that was lost a moment before.
            throw new IOException("The connection was lost within a transaction.", e);
        }
    }

    private async Task<long> CommitOnAsync(
        NpgsqlConnection connection, long nextOffset, RejectedRecordsHandler? reject, CancellationToken stop)
    {
        await using var transaction = await connection.BeginTransactionAsync(stop);
        Reconcile(await _claims.LockAsync(connection, stop));

        var rows = _buffer.ToArray().AsMemory();
        if (reject is not null)
        {
            var search = new PoisonSearch<TKey, TValue>(_sink.Rows, connection, transaction);
            await RejectAsync(await search.WriteAsync(rows, stop), reject, stop);
        }
        else if (rows.Length > 0)
        {
            await _sink.Rows.WriteAsync(connection, rows, stop);
        }

        var target = Math.Max(nextOffset, NextOffset ?? 0);
        await _claims.AdvanceAsync(connection, target, stop);
        await transaction.CommitAsync(stop);
        NextOffset = target;
        Discard();
        return target;
    }

    /// <summary>
    /// Hands refused records over. Afterwards they are out of the buffer, so that no later attempt hands them over, or
    /// writes them, again.
    /// </summary>
    private async Task RejectAsync(
        IReadOnlyList<RefusedRow> refused, RejectedRecordsHandler reject, CancellationToken stop)
    {
        if (refused.Count == 0)
            return;
        List<RejectedRecord> records =
            [.. refused.Select(row => new RejectedRecord(_buffer[row.Index].Metadata.Offset, row.Reason))
                .DistinctBy(record => record.Offset)];
        try
        {
            await reject(records, stop);
        }
        catch (Exception e)
        {
            throw new RejectionFailedException(ExceptionDispatchInfo.Capture(e)); // not an error of the server
        }

        foreach (var row in refused.Reverse())
            _buffer.RemoveAt(row.Index);
    }

    /// <summary>Checks the claim, and takes over what an earlier commit of this writer wrote without our knowing.</summary>
    private void Reconcile(PartitionState? locked)
    {
        if (locked is not { } state || state.Epoch != _epoch)
        {
            throw new SinkFencedException(
                $"Another owner has claimed {_partition.Topic}-{_partition.Partition} for {_sink.TableName}: "
                + $"epoch {locked?.Epoch} instead of {_epoch}.");
        }

        if (state.NextOffset == NextOffset)
            return;
        if (state.NextOffset is not { } further || further < NextOffset)
        {
            throw new SinkFencedException(
                $"The next offset of {_partition.Topic}-{_partition.Partition} for {_sink.TableName} was set back from "
                + $"{NextOffset} to {state.NextOffset}: the partition must be claimed again.");
        }

        NextOffset = further;
        _buffer.RemoveAll(row => row.Metadata.Offset < further);
        BufferedBytes = 0;
        foreach (ref readonly var row in CollectionsMarshal.AsSpan(_buffer))
            BufferedBytes += _sink.SizeOf(row.Record);
    }

    /// <summary>Carries an error of the caller's handler past the handling of the server's.</summary>
    private sealed class RejectionFailedException(ExceptionDispatchInfo cause) : Exception
    {
        public ExceptionDispatchInfo Cause { get; } = cause;
    }
}
