namespace MedStreams.Sources.Pacs.Files;

/// <summary>Where a path leads when every link on the way is followed.</summary>
internal static class RealPath
{
    private const int MaxLinks = 40; // as Linux has it

    /// <summary>The path without links; null where a link leads nowhere or in a circle. What does not exist at its end stays as it is.</summary>
    public static string? Of(string path)
    {
        var waiting = new Stack<string>(Path.GetFullPath(path).Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        var (at, links) = ("/", 0);
        while (waiting.TryPop(out var part))
        {
            if (part == ".")
                continue;
            if (part == "..")
            {
                at = Path.GetDirectoryName(at) ?? "/";
                continue;
            }

            var next = Path.Combine(at, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                at = next;
                continue;
            }

            if (++links > MaxLinks)
                return null;
            if (target.StartsWith('/'))
                at = "/";
            foreach (var step in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
                waiting.Push(step);
        }

        return links > 0 && !Path.Exists(at) ? null : at;
    }

    /// <summary>Whether a path is a folder or something in it.</summary>
    public static bool IsWithin(string path, string folder) =>
        path.StartsWith(folder, StringComparison.Ordinal) && (path.Length == folder.Length || folder == "/" || path[folder.Length] == '/');
}
