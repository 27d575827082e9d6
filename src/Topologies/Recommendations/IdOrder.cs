namespace MedStreams.Topologies.Recommendations;

/// <summary>
/// The order of ids where values are equal: whole numbers first, by number (9 before 10), then other texts by their UTF-16 units. A whole number is written with
/// digits only and without leading zeros; it may be of any length.
/// </summary>
public sealed class IdOrder : IComparer<string>
{
    private IdOrder()
    {
    }

    /// <summary>The one there is. Safe for use by several threads.</summary>
    public static IdOrder Instance { get; } = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        if (ReferenceEquals(x, y))
            return 0;
        if (x is null || y is null)
            return x is null ? -1 : 1;
        var (isNumberX, isNumberY) = (IsNumber(x), IsNumber(y));
        if (isNumberX != isNumberY)
            return isNumberX ? -1 : 1;
        return isNumberX && x.Length != y.Length ? x.Length.CompareTo(y.Length) : string.CompareOrdinal(x, y);
    }

    private static bool IsNumber(string id) =>
        id.Length > 0 && (id[0] != '0' || id.Length == 1) && !id.AsSpan().ContainsAnyExceptInRange('0', '9');
}
