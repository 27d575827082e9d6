using System.Text;

namespace MedStreams.Topologies.Tests.Parsing;

/// <summary>Reads a small CSV file with quoted fields (RFC 4180).</summary>
internal static class Csv
{
    public static List<Dictionary<string, string>> Read(string file)
    {
        var rows = Rows(File.ReadAllText(file)).ToList();
        var names = rows[0];
        return [.. rows.Skip(1).Select(row => names.Zip(row).ToDictionary(p => p.First, p => p.Second))];
    }

    private static IEnumerable<List<string>> Rows(string text)
    {
        var row = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quoted && c == '"' && i + 1 < text.Length && text[i + 1] == '"')
            {
                field.Append(c);
                i++;
            }
            else if (c == '"')
                quoted = !quoted;
            else if (quoted || c is not (',' or '\n' or '\r'))
                field.Append(c);
            else if (c != '\r')
            {
                row.Add(field.ToString());
                field.Clear();
                if (c == '\n')
                {
                    yield return row;
                    row = [];
                }
            }
        }

        if (row.Count > 0)
            yield return [.. row, field.ToString()];
    }
}
