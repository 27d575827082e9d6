using System.Net;
using MedStreams.Monitoring.Lag;
using MedStreams.Monitoring.Notifications;

namespace MedStreams.Monitoring;

/// <summary>What a monitor watches, and where it answers.</summary>
public sealed record MonitorServerOptions
{
    /// <summary>Where to listen; port 0 takes a free one.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>The secret that requests carry as <c>Authorization: Bearer</c>, at least 16 characters; null: anyone may ask. <c>/burrow/admin</c> and <c>/health/live</c> need none.</summary>
    public string? Token { get; init; }

    /// <summary>The clusters, with different names.</summary>
    public required IReadOnlyList<MonitoredCluster> Clusters { get; init; }

    /// <summary>When changes of status are told, and to whom; without a receiver they are logged only.</summary>
    public NotificationOptions Notifications { get; init; } = new();

    /// <summary>Checks all.</summary>
    /// <exception cref="ArgumentException">Names the setting and what is allowed.</exception>
    internal void Validate()
    {
        if (Token is { Length: < 16 })
            throw Wrong(nameof(Token), "at least 16 characters long");
        if (Clusters.Count == 0 || Clusters.DistinctBy(c => c.Name, StringComparer.Ordinal).Count() != Clusters.Count)
            throw Wrong(nameof(Clusters), "one or more, with different names");
        if (Clusters.Any(c => c.Name.Length == 0 || c.Name.Contains('/', StringComparison.Ordinal)))
            throw Wrong(nameof(Clusters), "named, without a slash");
    }

    private static ArgumentException Wrong(string name, string allowed) => new($"{name} must be {allowed}.", name);
}
