namespace MedStreams.Sources.Pacs.Sql;

/// <summary>Addresses of contents that are kept in a database: <c>sql:reports/n17</c>. Pure.</summary>
internal static class SqlContentLocation
{
    private const string Prefix = "sql:";

    /// <summary>The address of a row's content.</summary>
    /// <exception cref="ArgumentException">The key is neither a text nor a whole number.</exception>
    public static string Of(string mapping, object key) => $"{Prefix}{mapping}/{SqlKeyText.Of(key)}";

    public static bool TryParse(string location, out string mapping, out object key)
    {
        (mapping, key) = ("", "");
        var slash = location.IndexOf('/', StringComparison.Ordinal);
        if (!location.StartsWith(Prefix, StringComparison.Ordinal) || slash < 0)
            return false;
        mapping = location[Prefix.Length..slash];
        return SqlKeyText.TryParse(location[(slash + 1)..], out key);
    }
}
