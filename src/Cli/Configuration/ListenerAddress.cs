using MedStreams.Broker;

namespace MedStreams.Cli.Configuration;

/// <summary>A listener as Kafka's settings write it: <c>NAME://HOST:PORT</c>.</summary>
internal readonly record struct ListenerAddress(string Name, Endpoint Endpoint)
{
    private const string Separator = "://";

    /// <summary>Several of them, with commas between.</summary>
    public static Rule<IReadOnlyList<ListenerAddress>> Rule { get; } = new(
        "NAME://HOST:PORT, several with commas between",
        (string text, out IReadOnlyList<ListenerAddress> value) => TryParseAll(text, out value));

    /// <summary>Which protocol each listener speaks: <c>NAME:PROTOCOL</c>, several with commas between.</summary>
    public static Rule<IReadOnlyDictionary<string, ListenerProtocol>> ProtocolRule { get; } = new(
        "NAME:PROTOCOL, several with commas between; the protocols are PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL",
        (string text, out IReadOnlyDictionary<string, ListenerProtocol> value) => TryParseMap(text, out value));

    private static bool TryParseAll(string text, out IReadOnlyList<ListenerAddress> value)
    {
        var all = new List<ListenerAddress>();
        value = all;
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var at = part.IndexOf(Separator, StringComparison.Ordinal);
            if (at <= 0 || !Endpoint.TryParse(part[(at + Separator.Length)..], out var endpoint))
                return false;
            all.Add(new(part[..at], endpoint));
        }

        return all.DistinctBy(listener => listener.Name, StringComparer.OrdinalIgnoreCase).Count() == all.Count;
    }

    private static bool TryParseMap(string text, out IReadOnlyDictionary<string, ListenerProtocol> value)
    {
        var map = new Dictionary<string, ListenerProtocol>(StringComparer.OrdinalIgnoreCase);
        value = map;
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || !ListenerProtocols.TryParse(part[(colon + 1)..].Trim(), out var protocol) || !map.TryAdd(part[..colon].Trim(), protocol))
                return false;
        }

        return true;
    }
}
