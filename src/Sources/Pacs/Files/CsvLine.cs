using System.Text;

namespace MedStreams.Sources.Pacs.Files;

/// <summary>Records of CSV (RFC 4180): quotes around what holds commas or line ends, doubled within.</summary>
internal static class CsvLine
{
    /// <summary>The cells of the next record; null at the end.</summary>
    public static IReadOnlyList<string>? Read(TextReader reader)
    {
        if (reader.Peek() < 0)
            return null;
        var (cells, cell, quoted) = (new List<string>(), new StringBuilder(), false);
        while (reader.Read() is >= 0 and var next)
        {
            var c = (char)next;
            if (quoted)
            {
                if (c != '"')
                    cell.Append(c);
                else if (reader.Peek() == '"')
                    cell.Append((char)reader.Read());
                else
                    quoted = false;
            }
            else if (c == '"')
                quoted = true;
            else if (c == ',')
            {
                cells.Add(cell.ToString());
                cell.Clear();
            }
            else if (c == '\n')
                break;
            else if (c != '\r')
                cell.Append(c);
        }

        cells.Add(cell.ToString());
        return cells;
    }
}
