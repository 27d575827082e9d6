using System.Net;
using Microsoft.AspNetCore.Http;

namespace MedStreams.Monitoring.Page;

/// <summary>Who asks, where a proxy passes requests on.</summary>
internal static class Proxies
{
    /// <summary>Without proxies everybody is accepted. With proxies only they are, and the last address that is no proxy's counts as the sender's.</summary>
    public static bool TryAccept(HttpContext context, IReadOnlyList<IPAddress> proxies)
    {
        if (proxies.Count == 0)
            return true;
        if (context.Connection.RemoteIpAddress is not { } peer || !proxies.Contains(Plain(peer)))
            return context.Request.Path == "/health/live";
        foreach (var part in context.Request.Headers["X-Forwarded-For"].ToString().Split(',', StringSplitOptions.TrimEntries).Reverse())
        {
            if (!IPAddress.TryParse(part, out var address))
                break;
            context.Connection.RemoteIpAddress = Plain(address);
            if (!proxies.Contains(Plain(address)))
                break;
        }

        return true;
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
