using System.Net.Http.Headers;

namespace MedStreams.Sinks.Operators;

/// <summary>How long a server asks to be left alone (RFC 9110, section 10.2.3), in seconds or as a date.</summary>
internal static class RetryAfter
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>The span from now, at most an hour; null where nothing is said. A date counts from the server's own clock where it tells it, so that clocks need not agree.</summary>
    public static TimeSpan? Of(HttpResponseHeaders headers, TimeProvider clock)
    {
        var asked = headers.RetryAfter switch
        {
            { Delta: { } span } => span,
            { Date: { } date } => date - (headers.Date ?? clock.GetUtcNow()),
            _ => (TimeSpan?)null,
        };
        return asked is { } wait ? TimeSpan.FromTicks(Math.Clamp(wait.Ticks, 0, Longest.Ticks)) : null;
    }
}
