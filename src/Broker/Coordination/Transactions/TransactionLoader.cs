namespace MedStreams.Broker.Coordination;

/// <summary>Reads the last state of every transactional id. Used once, when the broker starts.</summary>
internal sealed class TransactionLoader : ICoordinatorReplay
{
    private readonly Dictionary<string, TransactionState> _states = new(StringComparer.Ordinal);

    /// <summary>The states that were found.</summary>
    public IReadOnlyCollection<TransactionState> States => _states.Values;

    /// <inheritdoc/>
    public void BeginPartition()
    {
        // Ids keep to their partition; nothing carries over.
    }

    /// <inheritdoc/>
    public void Record(byte[] key, byte[]? value, ProducerIdentity? producer)
    {
        if (TransactionRecordCodec.Read(key, value) is not var (transactionalId, state))
        {
            return;
        }

        if (state is null)
        {
            _states.Remove(transactionalId);
        }
        else
        {
            _states[transactionalId] = state;
        }
    }

    /// <inheritdoc/>
    public void Marker(long producerId, bool committed)
    {
        // This topic is written without transactions.
    }
}
