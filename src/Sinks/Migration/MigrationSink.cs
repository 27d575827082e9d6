using MedStreams.Streams;

namespace MedStreams.Sinks.Migration;

/// <summary>
/// Applies what happens to studies to their records, exactly once and in the order of each study: changes and the topic's position are one transaction, and an owner
/// that was replaced writes nothing. What comes too late, of an earlier task or attempt, changes nothing; what names no record is refused. Safe for several threads.
/// </summary>
/// <param name="database">Where records are.</param>
public sealed class MigrationSink(MigrationDatabase database) : ISink<string, MigrationChange>
{
    /// <inheritdoc/>
    public async ValueTask<ISinkWriter<string, MigrationChange>> ClaimAsync(SinkPartition partition, CancellationToken cancellationToken)
    {
        var claims = new PartitionClaims(partition);
        var state = await database.RunAsync((connection, stop) => claims.ClaimAsync(connection, database.Options.Owner, stop), cancellationToken);
        return new MigrationSinkWriter(database, partition, claims, state);
    }
}
