namespace MedStreams.Sources.Pacs.Files;

/// <summary>Paths as addresses (RFC 8089) and back. Pure.</summary>
public static class FileLocation
{
    private const string Prefix = "file:///";

    /// <summary>The address of an absolute path: <c>file:///archive/a%20b.dcm</c>.</summary>
    /// <exception cref="ArgumentException">The path is not absolute.</exception>
    public static string Of(string path) => path.StartsWith('/')
        ? Prefix + string.Join('/', path[1..].Split('/').Select(Uri.EscapeDataString))
        : throw new ArgumentException("Only an absolute path has an address.", nameof(path));

    /// <summary>The absolute path of an address; false where it is none, or would climb: a part that is empty, <c>.</c>, <c>..</c>, or has a slash or NUL in it.</summary>
    public static bool TryParse(string location, out string path)
    {
        path = "";
        if (!location.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            return false;
        var parts = location[Prefix.Length..].Split('/');
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = Uri.UnescapeDataString(parts[i]);
            if (parts[i] is "" or "." or ".." || parts[i].AsSpan().IndexOfAny('/', '\0') >= 0)
                return false;
        }

        path = "/" + string.Join('/', parts);
        return true;
    }
}
