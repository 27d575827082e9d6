namespace MedStreams.Serialization.Registry;

/// <summary>A request's target, taken apart.</summary>
internal sealed class RegistryRoute
{
    private readonly Dictionary<string, string> _query = new(StringComparer.OrdinalIgnoreCase);

    private RegistryRoute(string[] path) => Path = path;

    /// <summary>The parts of the path, unescaped.</summary>
    public string[] Path { get; }

    public static RegistryRoute Parse(string target)
    {
        var question = target.IndexOf('?', StringComparison.Ordinal);
        var path = question < 0 ? target : target[..question];
        var route = new RegistryRoute([.. path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Unescape)]);
        foreach (var pair in question < 0 ? [] : target[(question + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            route._query[Unescape(equals < 0 ? pair : pair[..equals])] = equals < 0 ? "" : Unescape(pair[(equals + 1)..].Replace('+', ' '));
        }

        return route;
    }

    /// <summary>Whether a switch is on.</summary>
    public bool Is(string name) => _query.TryGetValue(name, out var value) && bool.TryParse(value, out var on) && on;

    public string? Text(string name) => _query.GetValueOrDefault(name);

    /// <summary>The part of a list that <c>offset</c> and <c>limit</c> ask for.</summary>
    public IEnumerable<T> Page<T>(IEnumerable<T> all)
    {
        var limit = Number("limit", -1);
        var rest = all.Skip(Math.Max(0, Number("offset", 0)));
        return limit < 0 ? rest : rest.Take(limit);
    }

    /// <summary>A version in a path: a number from 1 on; null for <c>latest</c>.</summary>
    /// <exception cref="RegistryRefusal">It is neither.</exception>
    public static int? Version(string text)
    {
        if (text.Equals("latest", StringComparison.OrdinalIgnoreCase) || text == "-1")
            return null;
        return int.TryParse(text, out var version) && version > 0 ? version : throw RegistryRefusal.InvalidVersion(text);
    }

    private static string Unescape(string text) => Uri.UnescapeDataString(text);

    private int Number(string name, int otherwise) => int.TryParse(Text(name), out var number) ? number : otherwise;
}
