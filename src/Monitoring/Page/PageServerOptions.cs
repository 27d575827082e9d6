using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace MedStreams.Monitoring.Page;

/// <summary>How a page is served, to whom, and what it shows.</summary>
public sealed record PageServerOptions
{
    /// <summary>Where to listen; port 0 takes a free one.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>What it is the page of, as its heading says: the name of a topology, or of a monitor.</summary>
    public required string Title { get; init; }

    /// <summary>
    /// Who may log in, with different names. None: on the loopback a user with all rights gets a password that is good for one log-in, which
    /// <see cref="OnOneTimePassword"/> is told; elsewhere the page does not start.
    /// </summary>
    public IReadOnlyList<PageUser> Users { get; init; } = [];

    /// <summary>Is told the name and the password of the user that there is where <see cref="Users"/> is empty, at the start and after each log-in.</summary>
    public Action<string, string> OnOneTimePassword { get; init; } = static (_, _) => { };

    /// <summary>The server's certificate with its key; null: no TLS, which is allowed on the loopback, and behind <see cref="TlsProxies"/>.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>The certificates between that one and the root.</summary>
    public X509Certificate2Collection CertificateChain { get; init; } = [];

    /// <summary>
    /// Addresses of proxies that speak TLS with browsers and pass requests on: only they are answered then, and their <c>X-Forwarded-For</c> tells who asks. Not
    /// together with <see cref="Certificate"/>.
    /// </summary>
    public IReadOnlyList<IPAddress> TlsProxies { get; init; } = [];

    /// <summary>A session ends so long after the log-in; default 12 hours.</summary>
    public TimeSpan SessionLength { get; init; } = TimeSpan.FromHours(12);

    /// <summary>The session of an operator, and of whoever sees patient data, ends when it was not used for so long; default 30 minutes.</summary>
    public TimeSpan SessionIdle { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Between two looks at what the page shows; default 1 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>So many live streams are served at once; more are refused with 503; default 1,000.</summary>
    public int MaxStreams { get; init; } = 1000;

    /// <summary>What it shows and does.</summary>
    public PageContent Content { get; init; } = PageContent.Empty;

    /// <summary>Where actions are written to; null: there is nowhere, and all actions are refused.</summary>
    public IPageAudit? Audit { get; init; }

    /// <summary>Whether browsers reach it by TLS only.</summary>
    internal bool IsSecure => Certificate is not null || TlsProxies.Count > 0;

    /// <summary>Checks all.</summary>
    /// <exception cref="ArgumentException">Names the setting and what is allowed.</exception>
    internal void Validate()
    {
        var isLocal = IPAddress.IsLoopback(Listen.Address);
        if (Users.Count == 0 && !isLocal)
            throw Wrong(nameof(Users), "one or more where the page listens beyond the loopback");
        if (Users.DistinctBy(u => u.Name, StringComparer.Ordinal).Count() != Users.Count)
            throw Wrong(nameof(Users), "users with different names");
        if (!IsSecure && !isLocal)
            throw Wrong(nameof(Certificate), $"set where the page listens beyond the loopback, since passwords would go in clear; or {nameof(TlsProxies)}");
        if (Certificate is not null && TlsProxies.Count > 0)
            throw Wrong(nameof(TlsProxies), $"empty where there is a {nameof(Certificate)}");
        if (Certificate is { HasPrivateKey: false })
            throw Wrong(nameof(Certificate), "a certificate with its private key");
        if (SessionLength < TimeSpan.FromMinutes(1) || SessionIdle < TimeSpan.FromMinutes(1))
            throw Wrong(SessionLength < TimeSpan.FromMinutes(1) ? nameof(SessionLength) : nameof(SessionIdle), "1 min or more");
        if (Interval < TimeSpan.FromMilliseconds(1))
            throw Wrong(nameof(Interval), "1 ms or more");
        if (MaxStreams < 1)
            throw Wrong(nameof(MaxStreams), "1 or more");
        if (Content.Parts.DistinctBy(p => p.Name, StringComparer.Ordinal).Count() != Content.Parts.Count)
            throw Wrong(nameof(Content), "parts with different names");
    }

    private static ArgumentException Wrong(string name, string allowed) => new($"{name} must be {allowed}.", name);
}
