using System.Globalization;

namespace MedStreams.Cli.Configuration;

/// <summary>A host and a port; the host may be a name, an IPv4 address, or an IPv6 address in brackets.</summary>
internal readonly record struct Endpoint(string Host, int Port)
{
    public static bool TryParse(string text, out Endpoint endpoint)
    {
        endpoint = default;
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            return false;
        var host = text[..colon];
        if (host is ['[', .., ']'])
            host = host[1..^1];
        else if (host.Contains(':'))
            return false;
        if (port > 65535 || Uri.CheckHostName(host) == UriHostNameType.Unknown)
            return false;
        endpoint = new Endpoint(host, port);
        return true;
    }

    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
