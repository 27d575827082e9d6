using MedStreams.Bench.Support;

namespace MedStreams.Broker.Bench;

/// <summary>What is measured: an embedded broker with or without syncs, or the one that the user names.</summary>
/// <param name="Cluster">How it is reached.</param>
/// <param name="Broker">Its process; null for the user's.</param>
/// <param name="Fsync">Whether what it acknowledges is synced.</param>
internal sealed record Target(Cluster Cluster, BrokerProcess? Broker, bool Fsync)
{
    /// <summary>The name of this benchmark.</summary>
    public const string Bench = "Broker";

    /// <summary>How it syncs, for the figures' names.</summary>
    public string Flushing => Broker is null ? "as configured" : Fsync ? "fsync" : "no fsync";
}
