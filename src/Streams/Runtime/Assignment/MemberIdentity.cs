namespace MedStreams.Streams.Runtime;

/// <summary>A stream thread of an instance, the same after a restart.</summary>
/// <param name="Instance">The instance's name.</param>
/// <param name="Thread">The thread's number there, from 1.</param>
internal readonly record struct MemberName(string Instance, int Thread) : IComparable<MemberName>
{
    public int CompareTo(MemberName other) =>
        string.CompareOrdinal(Instance, other.Instance) is var order and not 0 ? order : Thread.CompareTo(other.Thread);

    public override string ToString() => $"{Instance}-{Thread}";
}

/// <summary>What a stream thread tells the others of its group, in its client id, which the broker shows to all.</summary>
/// <param name="Instance">Names the instance.</param>
/// <param name="Thread">From 1.</param>
/// <param name="Endpoint">host:port for queries; empty where it answers none.</param>
/// <param name="Tags">Where the instance stands (<c>client.tag.*</c>), as <see cref="FormatTags"/> writes it.</param>
/// <param name="Started">
/// When it was made, in epoch milliseconds: of two of the same name the older one is dead. 0 for a static member, of which others see
/// the first client id for ever, so that nothing in it may change from start to start.
/// </param>
internal sealed record MemberIdentity(
    string Instance, int Thread, string Endpoint = "", string Tags = "", long Started = 0)
{
    private const string Marker = "?medstreams&";

    public MemberName Name => new(Instance, Thread);

    /// <summary>Whether it is a static member: its member id changes with a restart, its generation does not.</summary>
    public bool IsStatic => Started == 0;

    /// <summary>Tags in one text, sorted.</summary>
    public static string FormatTags(IEnumerable<KeyValuePair<string, string>> tags) => string.Join(
        ',',
        tags.OrderBy(t => t.Key, StringComparer.Ordinal)
            .Select(t => $"{Uri.EscapeDataString(t.Key)}:{Uri.EscapeDataString(t.Value)}"));

    /// <summary>The tags by name.</summary>
    public IReadOnlyDictionary<string, string> ReadTags() => Tags
        .Split(',', StringSplitOptions.RemoveEmptyEntries).Select(t => t.Split(':', 2))
        .ToDictionary(
            t => Uri.UnescapeDataString(t[0]), t => t.Length == 2 ? Uri.UnescapeDataString(t[1]) : "", StringComparer.Ordinal);

    public string ToClientId(string applicationId) =>
        $"{applicationId}-{Uri.EscapeDataString(Instance)}-StreamThread-{Thread}{Marker}"
        + $"instance={Uri.EscapeDataString(Instance)}&thread={Thread}&endpoint={Uri.EscapeDataString(Endpoint)}"
        + (Tags.Length > 0 ? $"&tags={Uri.EscapeDataString(Tags)}" : "")
        + (IsStatic ? "" : $"&started={Started}");

    /// <summary>Reads a client id; null where a foreign client wrote it.</summary>
    public static MemberIdentity? Parse(string clientId)
    {
        var at = clientId.IndexOf(Marker, StringComparison.Ordinal);
        if (at < 0)
            return null;
        string? instance = null, endpoint = null, tags = null;
        var (thread, started) = (0, 0L);
        foreach (var pair in clientId[(at + Marker.Length)..].Split('&'))
        {
            var parts = pair.Split('=', 2);
            var value = parts.Length == 2 ? Uri.UnescapeDataString(parts[1]) : string.Empty;
            switch (parts[0])
            {
                case "instance": instance = value; break;
                case "endpoint": endpoint = value; break;
                case "tags": tags = value; break;
                case "started": _ = long.TryParse(value, out started); break;
                case "thread": _ = int.TryParse(value, out thread); break;
                default: break; // a later version's word
            }
        }

        return instance is { Length: > 0 } && thread > 0
            ? new MemberIdentity(instance, thread, endpoint ?? "", tags ?? "", started)
            : null;
    }
}
