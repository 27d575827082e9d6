using MedStreams.Streams;
using Npgsql;

namespace MedStreams.Sinks;

/// <summary>What the database says of a partition.</summary>
/// <param name="Epoch">The epoch of the last claim.</param>
/// <param name="NextOffset">The first offset not yet written; null: nothing yet.</param>
internal readonly record struct PartitionState(long Epoch, long? NextOffset);

/// <summary>
/// The fencing rows, <c>medstreams.sink_partition</c>. A claim raises the epoch; each commit holds the row's lock from
/// its first statement to its end and checks the epoch under it, so an owner that lost its claim cannot write.
/// </summary>
internal sealed class PartitionClaims(SinkPartition partition)
{
    private const string Where = "WHERE application_id = $1 AND sink = $2 AND topic = $3 AND partition = $4";

    private const string ClaimSql =
        """
        INSERT INTO medstreams.sink_partition AS p (application_id, sink, topic, partition, epoch, owner, claimed_at)
        VALUES ($1, $2, $3, $4, 1, $5, now())
        ON CONFLICT (application_id, sink, topic, partition)
        DO UPDATE SET epoch = p.epoch + 1, owner = EXCLUDED.owner, claimed_at = EXCLUDED.claimed_at
        RETURNING epoch, next_offset
        """;

    private const string LockSql =
        $"SELECT epoch, next_offset FROM medstreams.sink_partition {Where} FOR UPDATE";

    private const string AdvanceSql =
        $"UPDATE medstreams.sink_partition SET next_offset = $5, written_at = now() {Where}";

    /// <summary>Raises the epoch in the name of an owner.</summary>
    public async Task<PartitionState> ClaimAsync(NpgsqlConnection connection, string owner, CancellationToken stop)
    {
        await using var command = Command(ClaimSql, connection);
        command.Parameters.Add(new() { Value = owner });
        await using var reader = await command.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        return await StateAsync(reader, stop);
    }

    /// <summary>Locks the row until the transaction ends, after waiting for one that an earlier owner still has.</summary>
    /// <returns>What it says; null where the row is gone.</returns>
    public async Task<PartitionState?> LockAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        await using var command = Command(LockSql, connection);
        await using var reader = await command.ExecuteReaderAsync(stop);
        return await reader.ReadAsync(stop) ? await StateAsync(reader, stop) : null;
    }

    /// <summary>Writes the next offset; the row must be locked.</summary>
    public async Task AdvanceAsync(NpgsqlConnection connection, long nextOffset, CancellationToken stop)
    {
        await using var command = Command(AdvanceSql, connection);
        command.Parameters.Add(new() { Value = nextOffset });
        await command.ExecuteNonQueryAsync(stop);
    }

    private NpgsqlCommand Command(string sql, NpgsqlConnection connection) => new(sql, connection)
    {
        Parameters =
        {
            new() { Value = partition.ApplicationId },
            new() { Value = partition.Sink },
            new() { Value = partition.Topic },
            new() { Value = partition.Partition },
        },
    };

    private static async Task<PartitionState> StateAsync(NpgsqlDataReader reader, CancellationToken stop) =>
        new(reader.GetInt64(0), await reader.IsDBNullAsync(1, stop) ? null : reader.GetInt64(1));
}
