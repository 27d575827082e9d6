using System.Globalization;
using System.Net;
using System.Net.Sockets;

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

    /// <summary>The address to listen at.</summary>
    /// <exception cref="CliException">The host is a name without an address.</exception>
    public IPAddress Address()
    {
        if (IPAddress.TryParse(Host, out var address))
            return address;
        try
        {
            return Dns.GetHostAddresses(Host) is { Length: > 0 } found
                ? found.FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork, found[0])
                : throw CliException.Usage($"{Host} has no address");
        }
        catch (SocketException e)
        {
            throw CliException.Usage($"{Host} has no address: {e.SocketErrorCode}");
        }
    }

    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
