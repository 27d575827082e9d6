using System.Net;

namespace MedStreams.Hl7.Mllp;

/// <summary>Who is at the other end of a connection.</summary>
/// <param name="Id">A number that no other connection of the server has.</param>
/// <param name="Remote">The address.</param>
/// <param name="Certificate">The subject of the client's certificate; null without one.</param>
public sealed record MllpPeer(long Id, IPEndPoint Remote, string? Certificate);

/// <summary>
/// Takes what comes in over MLLP connections. Called for several connections at once, and for the messages of one connection in
/// their order, the next one possibly before the task of the one before has ended.
/// </summary>
public interface IMllpHandler
{
    /// <summary>Takes a message.</summary>
    /// <param name="message">The content of a frame; the receiver may keep it.</param>
    /// <param name="peer">Who sent it.</param>
    /// <param name="cancellation">Ends when the connection or the server does.</param>
    /// <returns>
    /// The answers, each the content of a frame; they go out in the order of the messages. None leaves the sender waiting. An
    /// exception closes the connection, so that the sender knows nothing was acknowledged.
    /// </returns>
    Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReceiveAsync(ReadOnlyMemory<byte> message, MllpPeer peer, CancellationToken cancellation);

    /// <summary>Takes bytes that are no message: outside of frames, or of a frame that was cut off. Nothing answers them.</summary>
    Task BrokenAsync(ReadOnlyMemory<byte> bytes, MllpPartKind kind, MllpPeer peer, CancellationToken cancellation);

    /// <summary>Learns that a connection began, was refused or ended; the fault is null where the peer ended it in a clean way.</summary>
    void Connection(MllpConnectionEvent change, MllpPeer peer, Exception? fault);
}

/// <summary>What happened to a connection.</summary>
public enum MllpConnectionEvent
{
    /// <summary>It is there, TLS included.</summary>
    Began,

    /// <summary>There were too many, or TLS failed.</summary>
    Refused,

    /// <summary>It is over.</summary>
    Ended,
}
