namespace MedStreams.Topologies.Increments.Parsing;

/// <summary>Tells names in a record that may be taken as they are from those that may not.</summary>
internal static class Words
{
    private const int LongestEventName = 48;

    /// <summary>
    /// Whether a text is a name that a program gives an event: letters with dot, underscore, hyphen, plus or slash between
    /// them, at most one digit group at the end of up to three digits. Numbers and identifiers are none, so that the set of
    /// event types stays bounded.
    /// </summary>
    public static bool IsEventName(ReadOnlySpan<byte> text)
    {
        if (text.Length is < 2 or > LongestEventName || !Ascii.IsLetter(text[0]))
            return false;
        var end = text.Length;
        while (text.Length - end < 3 && Ascii.IsDigit(text[end - 1]))
            end--;
        foreach (var c in text[..end])
        {
            if (!Ascii.IsLetter(c) && c is not ((byte)'.' or (byte)'_' or (byte)'-' or (byte)'+' or (byte)'/'))
                return false;
        }

        return true;
    }

    /// <summary>Whether a text is an IP address or a host name with a dot, rather than the name of a user.</summary>
    public static bool IsAddress(ReadOnlySpan<byte> text) =>
        text.IndexOf((byte)'.') > 0 || text.Count((byte)':') > 1;
}
