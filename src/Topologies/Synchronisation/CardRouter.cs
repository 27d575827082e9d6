using MedStreams.Streams;

namespace MedStreams.Topologies.Synchronisation;

/// <summary>Sends what sources tell to the shards: cards by their enterprise, so that a group is in one shard (S2.1), markers to all of them.</summary>
internal sealed class CardRouter(int shards) : IProcessor<CardKey, CardMessage?, string, ShardInput>
{
    private IProcessorContext<string, ShardInput> _context = null!;

    public void Init(IProcessorContext<string, ShardInput> context) => _context = context;

    public void Process(in Record<CardKey, CardMessage?> record)
    {
        var (key, message) = (record.Key, record.Value);
        if (message is null ? key.IsMarker : message.Marker is not null && key.IsMarker)
            Spread(record, message?.Marker);
        else if (message is null || message.Card?.Key == key)
            _context.Forward(new(key.Enterprise, new ShardInput(new CardTold(key.Number, message?.Card)), record.Timestamp));
        else
            throw new CardException("A card or a marker stands under a key that is not its own.");
    }

    private void Spread(in Record<CardKey, CardMessage?> record, SnapshotMarker? marker)
    {
        if (marker is null)
            return; // a source is forgotten: what it said stays said
        var partition = _context.RecordMetadata?.Partition ?? 0;
        for (var shard = 0; shard < shards; shard++)
            _context.Forward(new(marker.Source, new ShardInput(Marker: new MarkerPart(marker, partition, shard)), record.Timestamp));
    }
}
