namespace MedStreams.Topologies.Synchronisation;

/// <summary>What a shard reads; one of all is not null.</summary>
/// <param name="Told">A source has told something of a card.</param>
/// <param name="Marker">A part of a source's marker.</param>
/// <param name="Step">An announcement, committed.</param>
internal sealed record ShardInput(CardTold? Told = null, MarkerPart? Marker = null, ShardStep? Step = null);

/// <summary>A card as it is now.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Card">The card; null: it is gone.</param>
internal sealed record CardTold(string Number, Card? Card);

/// <summary>The marker of one partition of the topic of cards, on its way to one shard.</summary>
/// <param name="Marker">The marker.</param>
/// <param name="Partition">The partition, from 0.</param>
/// <param name="Shard">The shard, from 0.</param>
internal sealed record MarkerPart(SnapshotMarker Marker, int Partition, int Shard);

/// <summary>An announcement of a shard to itself.</summary>
/// <param name="Holder">Who made it: a name that no other owner of the shard has, before or after.</param>
/// <param name="Shard">The shard, from 0.</param>
/// <param name="Round">The number of the round.</param>
/// <param name="Call">The call to be made; null: the round is to begin.</param>
internal sealed record ShardStep(string Holder, int Shard, long Round, CallAnnouncement? Call = null);

/// <summary>What a shard says; one of all is not null.</summary>
/// <param name="Step">An announcement.</param>
/// <param name="Result">What came of a card.</param>
/// <param name="Status">How the shard is.</param>
internal sealed record ShardOutput(ShardStep? Step = null, SyncResult? Result = null, ShardStatus? Status = null);
