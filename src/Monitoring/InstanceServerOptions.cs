using System.Net;

namespace MedStreams.Monitoring;

/// <summary>How an instance answers over HTTP.</summary>
public sealed record InstanceServerOptions
{
    /// <summary>Where to listen; port 0 takes a free one.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>
    /// The secret that requests carry as <c>Authorization: Bearer</c>, the same on all instances, at least 16 characters. Without one the
    /// server listens on the loopback only: stores may hold what concerns patients.
    /// </summary>
    public string? Token { get; init; }

    /// <summary>How long another instance may take to answer; default 2 s.</summary>
    public TimeSpan ForwardTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How many queries are answered at once; more are refused with 503; default 256.</summary>
    public int MaxConcurrent { get; init; } = 256;

    /// <summary>Checks all.</summary>
    /// <exception cref="ArgumentException">Names the setting and what is allowed.</exception>
    internal void Validate()
    {
        if (Token is null && !IPAddress.IsLoopback(Listen.Address))
            throw Wrong(nameof(Token), "a secret of at least 16 characters where the server listens beyond the loopback");
        if (Token is { Length: < 16 })
            throw Wrong(nameof(Token), "at least 16 characters long");
        if (ForwardTimeout < TimeSpan.FromMilliseconds(1))
            throw Wrong(nameof(ForwardTimeout), "1 ms or more");
        if (MaxConcurrent < 1)
            throw Wrong(nameof(MaxConcurrent), "1 or more");
    }

    private static ArgumentException Wrong(string name, string allowed) => new($"{name} must be {allowed}.", name);
}
