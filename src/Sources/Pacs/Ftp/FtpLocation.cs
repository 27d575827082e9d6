namespace MedStreams.Sources.Pacs.Ftp;

/// <summary>Addresses of files on an FTP server: <c>ftp://host/path</c> or <c>ftp://host:port/path</c>, the parts of the path percent-encoded UTF-8. Pure.</summary>
public static class FtpLocation
{
    private const string Prefix = "ftp://";

    /// <summary>The address of a file, its path absolute on the server.</summary>
    public static string Of(string host, int port, string path) =>
        $"{Prefix}{host}{(port == 21 ? "" : FormattableString.Invariant($":{port}"))}/{string.Join('/', path.TrimStart('/').Split('/').Select(Uri.EscapeDataString))}";

    /// <summary>Host, port and path of an address; false where it is none, or would climb, or end a command.</summary>
    public static bool TryParse(string location, out string host, out int port, out string path)
    {
        (host, port, path) = ("", 21, "");
        if (!location.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            return false;
        var slash = location.IndexOf('/', Prefix.Length);
        if (slash < 0)
            return false;
        host = location[Prefix.Length..slash];
        var colon = host.LastIndexOf(':');
        if (colon >= 0 && !host.EndsWith(']'))
        {
            if (!int.TryParse(host[(colon + 1)..], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out port))
                return false;
            host = host[..colon];
        }

        var parts = location[(slash + 1)..].Split('/').Select(Uri.UnescapeDataString).ToList();
        if (host.Length == 0 || parts.Exists(p => p is "" or "." or ".." || p.Contains('/', StringComparison.Ordinal) || FtpStoreOptions.HasLineEnd(p)))
            return false;
        path = "/" + string.Join('/', parts);
        return true;
    }
}
