namespace MedStreams.Streams.Runtime;

/// <summary>
/// What a stream thread tells the others of its group, in its client id, which the broker shows to all: its instance,
/// its number there, and where the instance answers queries. It stays the same from start to start.
/// </summary>
/// <param name="Instance">Names the instance on the ring.</param>
/// <param name="Thread">From 1.</param>
/// <param name="Endpoint">host:port for queries; empty where it answers none.</param>
internal sealed record MemberIdentity(string Instance, int Thread, string Endpoint = "") : IComparable<MemberIdentity>
{
    private const string Marker = "?medstreams&";

    public int CompareTo(MemberIdentity? other) =>
        other is null ? 1
        : string.CompareOrdinal(Instance, other.Instance) is var order and not 0 ? order
        : Thread.CompareTo(other.Thread);

    public string ToClientId(string applicationId) =>
        $"{applicationId}-{Uri.EscapeDataString(Instance)}-StreamThread-{Thread}{Marker}"
        + $"instance={Uri.EscapeDataString(Instance)}&thread={Thread}&endpoint={Uri.EscapeDataString(Endpoint)}";

    /// <summary>Reads a client id; null where a foreign client wrote it.</summary>
    public static MemberIdentity? Parse(string clientId)
    {
        var at = clientId.IndexOf(Marker, StringComparison.Ordinal);
        if (at < 0)
            return null;
        string? instance = null, endpoint = null;
        var thread = 0;
        foreach (var pair in clientId[(at + Marker.Length)..].Split('&'))
        {
            var parts = pair.Split('=', 2);
            var value = parts.Length == 2 ? Uri.UnescapeDataString(parts[1]) : string.Empty;
            switch (parts[0])
            {
                case "instance": instance = value; break;
                case "endpoint": endpoint = value; break;
                case "thread": _ = int.TryParse(value, out thread); break;
                default: break; // a later version's word
            }
        }

        return instance is { Length: > 0 } && thread > 0 ? new MemberIdentity(instance, thread, endpoint ?? "") : null;
    }
}
