namespace MedStreams.Chaos.Tests.Children;

/// <summary>Where in a commit a runner kills itself with signal 9.</summary>
internal enum DeathStep
{
    /// <summary>Records were sent and are on their way.</summary>
    Send,

    /// <summary>All records of the commit are in the broker, the offsets are not.</summary>
    Flushed,

    /// <summary>The offsets are in the transaction, and it was not asked to end.</summary>
    OffsetsSent,

    /// <summary>The transaction, or the offsets alone, were asked to be committed, and no answer came.</summary>
    Committing,

    /// <summary>Kafka has committed, the stores have not, or are at it.</summary>
    Committed,
}
