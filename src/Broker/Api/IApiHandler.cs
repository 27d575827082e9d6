using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Api;

/// <summary>
/// Answers the requests of one API. One instance serves all connections at the same time.
/// </summary>
/// <remarks>
/// A handler that has to wait (a long poll, a join) returns a task that ends when the answer is there; meanwhile the
/// connection is given no further request, as with Apache Kafka, while other connections go on. Only Produce requests
/// overtake that: the next one is begun as soon as the one before has returned its task, so a produce handler
/// appends before it first waits. Answers go out in the order of the requests.
/// </remarks>
internal interface IApiHandler
{
    /// <summary>The API.</summary>
    ApiKey Key { get; }

    /// <summary>Handles one request.</summary>
    /// <param name="context">The request and the connection that it came on. Its memory is valid until the task ends.</param>
    /// <param name="cancellationToken">Cancelled when the connection ends or the broker stops.</param>
    /// <returns>The whole response, or null when the client expects none.</returns>
    /// <exception cref="MalformedRequestException">The body cannot be read: the connection is closed.</exception>
    ValueTask<FrameWriter?> HandleAsync(RequestContext context, CancellationToken cancellationToken);
}
