using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace MedStreams.Monitoring.Page;

/// <summary>
/// Who is logged in. In memory: a restart of the process logs everybody out. The cookie holds 256 random bits, of which only a digest is kept. Safe for use by
/// several threads.
/// </summary>
internal sealed class Sessions(PageServerOptions options, TimeProvider clock)
{
    /// <summary>The cookie of a session.</summary>
    public const string Cookie = "medstreams";

    /// <summary>So many are open at most; the oldest ends for a new one.</summary>
    public const int Most = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Session> _sessions = new(StringComparer.Ordinal);

    /// <summary>Begins a session.</summary>
    /// <returns>What the cookie holds.</returns>
    public string Begin(PageUser user)
    {
        var token = NewToken();
        lock (_lock)
        {
            foreach (var (key, _) in _sessions.Where(s => IsOver(s.Value)).ToList())
                _sessions.Remove(key);
            if (_sessions.Count >= Most)
                End(_sessions.MinBy(s => s.Value.Began).Key);
            _sessions.Add(KeyOf(token), new Session(user, NewToken(), clock.GetTimestamp()));
        }

        return token;
    }

    /// <summary>The session of a request; null where there is none, or it is over.</summary>
    /// <param name="request">The request.</param>
    /// <param name="isUse">Whether it shows that somebody is there; a stream that comes back by itself does not.</param>
    public Session? Find(HttpRequest request, bool isUse)
    {
        if (request.Cookies[Cookie] is not { Length: > 0 and < 100 } token)
            return null;
        lock (_lock)
        {
            if (!_sessions.TryGetValue(KeyOf(token), out var session))
                return null;
            if (IsOver(session))
            {
                End(KeyOf(token));
                return null;
            }

            if (isUse)
                session.Used = clock.GetTimestamp();
            return session;
        }
    }

    /// <summary>
    /// Whether a session is over. Who can do nothing but look, and sees nothing of patients, stays until its length is over: pages hang on walls. Others have to
    /// use it now and then.
    /// </summary>
    public bool IsOver(Session session) =>
        session.IsEnded
        || clock.GetElapsedTime(session.Began) >= options.SessionLength
        || (session.Viewer is { Role: PageRole.Operator } or { SeesPatientData: true } && clock.GetElapsedTime(session.Used) >= options.SessionIdle);

    /// <summary>Ends the session of a request.</summary>
    public void End(HttpRequest request)
    {
        if (request.Cookies[Cookie] is not { Length: > 0 and < 100 } token)
            return;
        lock (_lock)
            End(KeyOf(token));
    }

    /// <summary>256 random bits.</summary>
    public static string NewToken() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    private static string KeyOf(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private void End(string key)
    {
        if (_sessions.Remove(key, out var session))
            session.End();
    }
}
