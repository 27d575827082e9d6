using Npgsql;

namespace MedStreams.Sinks;

/// <summary>
/// Writes records of which some are refused for their content: halves by halves, each behind a savepoint, in the order
/// of their offsets, until the culprits stand alone. The result is what writing one record after the other would give.
/// </summary>
internal sealed class PoisonSearch<TKey, TValue>(
    PostgresRows<TKey, TValue> table,
    NpgsqlConnection connection,
    NpgsqlTransaction transaction)
{
    private const string Savepoint = "rows";

    private readonly List<RefusedRow> _refused = [];

    /// <summary>Writes all records but those that are refused.</summary>
    /// <returns>Which were refused, in order.</returns>
    public async Task<IReadOnlyList<RefusedRow>> WriteAsync(ReadOnlyMemory<BufferedRow<TKey, TValue>> rows, CancellationToken stop)
    {
        // Constraints that wait for the commit would accuse nobody in particular there.
        await using (var immediate = new NpgsqlCommand("SET CONSTRAINTS ALL IMMEDIATE", connection))
            await immediate.ExecuteNonQueryAsync(stop);
        await HalveAsync(rows, 0, stop);
        return _refused;
    }

    private async Task HalveAsync(ReadOnlyMemory<BufferedRow<TKey, TValue>> rows, int first, CancellationToken stop)
    {
        if (rows.IsEmpty || await TryAsync(rows, stop) is not { } error)
            return;
        var culprit = error is RowRefusedException { Index: var known } ? known : rows.Length == 1 ? 0 : -1;
        if (culprit >= 0)
        {
            await HalveAsync(rows[..culprit], first, stop);
            _refused.Add(new RefusedRow(first + culprit, PostgresErrors.Reason(error)));
            await HalveAsync(rows[(culprit + 1)..], first + culprit + 1, stop);
            return;
        }

        var half = rows.Length / 2;
        await HalveAsync(rows[..half], first, stop);
        await HalveAsync(rows[half..], first + half, stop);
    }

    /// <summary>Writes a part, or leaves everything as it was.</summary>
    /// <returns>Why it was refused; null: it is written.</returns>
    private async Task<Exception?> TryAsync(ReadOnlyMemory<BufferedRow<TKey, TValue>> rows, CancellationToken stop)
    {
        await transaction.SaveAsync(Savepoint, stop);
        try
        {
            await table.WriteAsync(connection, rows, stop);
            await PostgresRows<TKey, TValue>.ClearAsync(connection, stop);
            await transaction.ReleaseAsync(Savepoint, stop);
            return null;
        }
        catch (Exception e) when (PostgresErrors.IsContent(e))
        {
            await transaction.RollbackAsync(Savepoint, stop);
            return e;
        }
    }
}

/// <summary>A row that was refused for its content.</summary>
/// <param name="Index">Its place in the batch.</param>
/// <param name="Reason">Why, without a word of the content.</param>
internal readonly record struct RefusedRow(int Index, string Reason);
