namespace MedStreams.Monitoring.Page;

/// <summary>
/// Something that operators do by the page: <c>POST /api/PATTERN</c>. It is written to the audit before it begins and when it is done; where that fails, it is
/// not begun, or not acknowledged. Called from any thread, several at a time.
/// </summary>
public interface IPageAction
{
    /// <summary>Its path below <c>/api/</c>, with parameters in braces: <c>migration/{run}/pause</c>.</summary>
    string Pattern { get; }

    /// <summary>What it does, as the audit names it: <c>migration.pause</c>.</summary>
    string What { get; }

    /// <summary>To what it is done, as the audit names it: names of topics, offsets, runs; never anything of a record.</summary>
    /// <param name="request">What was asked for.</param>
    /// <exception cref="PageRequestException">The request is wrong.</exception>
    string Which(PageRequest request);

    /// <summary>Does it.</summary>
    /// <param name="request">Who asks, and for what.</param>
    /// <param name="cancellationToken">The page stops.</param>
    /// <exception cref="PageRequestException">The request is wrong.</exception>
    ValueTask<PageReply> DoAsync(PageRequest request, CancellationToken cancellationToken);
}
