using System.Globalization;

namespace MedStreams.Sources.Pacs.Ftp;

/// <summary>Reads where a server waits for the data connection. Pure.</summary>
internal static class PassivePort
{
    /// <summary>Of EPSV (RFC 2428 section 3): <c>Entering Extended Passive Mode (|||6446|)</c>.</summary>
    public static bool TryParseExtended(string text, out int port)
    {
        port = 0;
        var open = text.IndexOf('(', StringComparison.Ordinal);
        if (open < 0 || open + 5 >= text.Length)
            return false;
        var fields = text[(open + 2)..].Split(text[open + 1]);
        return fields.Length >= 4 && int.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and < 65536;
    }

    /// <summary>Of PASV (RFC 959 section 4.1.2, RFC 1123 section 4.1.2.6): six numbers anywhere in the text; the first four, an address, are passed over.</summary>
    public static bool TryParse(string text, out int port)
    {
        port = 0;
        var numbers = new List<int>();
        foreach (var run in text.Split(',').Select((part, at) => at == 0 ? Last(part) : First(part)))
        {
            if (!int.TryParse(run, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > 255)
                return false;
            numbers.Add(number);
        }

        if (numbers.Count != 6)
            return false;
        port = (numbers[4] << 8) | numbers[5];
        return port > 0;
    }

    private static string First(string part) => new([.. part.TrimStart().TakeWhile(char.IsAsciiDigit)]);

    private static string Last(string part) => new([.. part.TrimEnd().Reverse().TakeWhile(char.IsAsciiDigit).Reverse()]);
}
