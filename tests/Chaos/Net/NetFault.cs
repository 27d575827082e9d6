namespace MedStreams.Chaos.Tests.Net;

/// <summary>What the network does to the connections of a proxy.</summary>
internal enum NetFault
{
    /// <summary>Nothing: bytes go through as they come.</summary>
    None,

    /// <summary>Each piece takes a while longer.</summary>
    Delay,

    /// <summary>A few bytes at a time.</summary>
    Trickle,

    /// <summary>Nothing goes through, and nobody is told; what waits is delivered in the end, however old it is by then.</summary>
    Hold,

    /// <summary>As <see cref="Hold"/>, but the connections are reset in the end, and what waited is lost.</summary>
    BlackHole,

    /// <summary>Requests arrive, answers do not; the connections are reset in the end.</summary>
    HalfOpen,

    /// <summary>All connections are reset at once, each perhaps in the middle of a message.</summary>
    Cut,
}
