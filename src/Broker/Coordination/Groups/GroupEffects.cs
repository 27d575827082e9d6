namespace MedStreams.Broker.Coordination;

/// <summary>
/// What a command to a <see cref="Group"/> asks of the edge: records to append, in order, as one batch, and answers to
/// waiting requests. The group's state already counts the records as written (but for those of a transaction), so no
/// answer, nor anything else that shows the new state, may leave before they are durable.
/// </summary>
internal sealed class GroupEffects
{
    public List<GroupRecord> Records { get; } = [];

    /// <summary>When set, <see cref="Records"/> belong to this producer's transaction.</summary>
    public ProducerIdentity? Producer { get; set; }

    public List<(long Ticket, JoinAnswer Answer)> Joins { get; } = [];

    public List<(long Ticket, SyncAnswer Answer)> Syncs { get; } = [];
}
