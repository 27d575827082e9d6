using System.Text.Json;

namespace MedStreams.Hl7.Tests;

/// <summary>Compares a message with recorded segments: name, and a row for each value that is not empty.</summary>
internal static class Golden
{
    public static void Same(JsonElement segments, Hl7Message message, string? what = null)
    {
        var expected = segments.EnumerateArray().Select(s => Line(s)).ToList();
        var actual = message.Segments.Select(s => Line(s)).ToList();
        Assert.True(
            expected.SequenceEqual(actual),
            $"{what}\nexpected\n{string.Join('\n', expected)}\nactual\n{string.Join('\n', actual)}");
    }

    private static string Line(JsonElement segment) =>
        segment.GetProperty("name").GetString() + " " + string.Join(
            '\u0001',
            segment.GetProperty("values").EnumerateArray().Select(
                row => string.Join('-', row.EnumerateArray().Select(cell => cell.ToString()))));

    private static string Line(Hl7Segment segment)
    {
        var rows = new List<string>();
        for (var f = 1; f <= segment.FieldCount; f++)
        {
            var field = segment[f];
            for (var r = 1; r <= field.Count; r++)
            {
                for (var c = 1; c <= field[r].Count; c++)
                {
                    for (var s = 1; s <= field[r][c].Count; s++)
                    {
                        if (field[r][c][s] is { Length: > 0 } value)
                            rows.Add($"{f}-{r}-{c}-{s}-{value}");
                    }
                }
            }
        }

        return segment.Name + " " + string.Join('\u0001', rows);
    }
}
