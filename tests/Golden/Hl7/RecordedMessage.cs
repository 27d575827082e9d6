using System.Text.Json;
using MedStreams.Hl7;

namespace MedStreams.Golden.Tests.Hl7;

/// <summary>Compares a message with its recording: segments, normal text, acknowledgements.</summary>
internal static class RecordedMessage
{
    public static string? Difference(JsonElement recorded, Hl7Message message) =>
        Segments(recorded, message) ?? Encoded(recorded, message) ?? Acknowledgements(recorded, message) ?? Kept(message);

    public static string? Segments(JsonElement recorded, Hl7Message message)
    {
        if (!recorded.TryGetProperty("segments", out var segments))
            return null;
        var expected = segments.EnumerateArray().Select(Line).ToList();
        var actual = message.Segments.Select(Line).ToList();
        return expected.SequenceEqual(actual)
            ? null
            : $"values\nexpected\n{string.Join('\n', expected)}\nactual\n{string.Join('\n', actual)}";
    }

    private static string? Encoded(JsonElement recorded, Hl7Message message)
    {
        if (!recorded.TryGetProperty("encoded", out var encoded))
            return null;
        var actual = message.ToNormalText();
        return actual == encoded.GetString() ? null : $"normal text\nexpected\n{encoded.GetString()}\nactual\n{actual}";
    }

    /// <summary>What any implementation answers; texts of errors, and components of senders beyond the first, are our own.</summary>
    private static string? Acknowledgements(JsonElement recorded, Hl7Message message)
    {
        if (!recorded.TryGetProperty("acks", out var acks))
            return null;
        foreach (var ack in acks.EnumerateObject())
        {
            var expected = Hl7Message.Parse(ack.Value.GetString()!);
            var code = Enum.Parse<AcknowledgementCode>(ack.Name);
            var refusal = code == AcknowledgementCode.AA ? null : Hl7Refusal.Internal("The work failed.");
            var actual = Hl7Acknowledgement.Create(
                message, code, "ACK-1", new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), refusal);
            if (!actual.Delimiters.Equals(expected.Delimiters))
                return $"{ack.Name}: other delimiters";
            foreach (var path in (string[])[
                         "MSH-3", "MSH-4", "MSH-5", "MSH-6", "MSH-9.1", "MSH-9.2", "MSH-9.3", "MSH-10", "MSH-11", "MSH-12", "MSA-1", "MSA-2"])
            {
                if (actual.Get(path) != expected.Get(path))
                    return $"{ack.Name}: {path} is {actual.Get(path)} instead of {expected.Get(path)}";
            }

            if (code != AcknowledgementCode.AA && actual.Segment("ERR") is null)
                return $"{ack.Name}: no ERR";
        }

        return null;
    }

    /// <summary>An edit that changes one place leaves every other byte as it is.</summary>
    private static string? Kept(Hl7Message message)
    {
        var once = message.Edit().Set("ZQ9-1", "x").ToMessage();
        var back = once.Edit().Remove("ZQ9").ToMessage();
        if (!back.ToBytes().Span.SequenceEqual(message.ToBytes().Span))
            return "a segment added and taken out again leaves other bytes";
        return once.Segments.SkipLast(1).Zip(message.Segments).All(p => p.First.Raw.Span.SequenceEqual(p.Second.Raw.Span))
            ? null
            : "an edit changed another segment";
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
