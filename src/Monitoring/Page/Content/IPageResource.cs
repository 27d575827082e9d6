namespace MedStreams.Monitoring.Page;

/// <summary>Something that the page asks for when it is needed: <c>GET /api/PATTERN</c>, which changes nothing. Called from any thread, several at a time.</summary>
public interface IPageResource
{
    /// <summary>Its path below <c>/api/</c>, with parameters in braces: <c>dead-letters/{topic}</c>.</summary>
    string Pattern { get; }

    /// <summary>
    /// Whether it is asked by POST: what is asked for may name patients, and addresses end up in logs. The token is needed, as with actions; the role is not.
    /// </summary>
    bool IsPosted => false;

    /// <summary>Answers.</summary>
    /// <param name="request">Who asks, and for what.</param>
    /// <param name="cancellationToken">Nobody waits any more.</param>
    /// <exception cref="PageRequestException">The request is wrong.</exception>
    ValueTask<PageReply> GetAsync(PageRequest request, CancellationToken cancellationToken);
}
