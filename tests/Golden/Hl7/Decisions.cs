using System.Text.Json;
using MedStreams.Hl7;

namespace MedStreams.Golden.Tests.Hl7;

/// <summary>
/// What is done with messages that may be read in more than one way. "As HAPI" takes over the recorded answer; the others say
/// what is different here.
/// </summary>
internal static class Decisions
{
    public static string? Difference(IReadOnlyList<string> codes, JsonElement one)
    {
        foreach (var code in codes)
        {
            if (Difference(code, codes, one) is { } difference)
                return $"{code}: {difference}";
        }

        return null;
    }

    private static string? Difference(string code, IReadOnlyList<string> codes, JsonElement one)
    {
        var read = Hl7Message.TryParse(Hl7GoldenTests.Bytes(one), out var message, out var fault);
        var hapi = one.GetProperty("hapi");
        return code switch
        {
            // All hexadecimal sequences are kept as they stand; HAPI makes a line end of one spelling of one of them.
            "formatting-escapes-kept" when codes.Contains("hex-escapes") => null,

            // As HAPI: what a sequence looks like on a screen is not the value's business.
            "formatting-escapes-kept" or "charset-and-local-escapes-kept" or "blanks-before-segments" or "segment-without-a-field"
                or "no-version" or "no-control-id" or "unknown-version" or "acknowledgement-keeps-first-component-only" =>
                message is null ? $"refused: {fault}" : RecordedMessage.Segments(hapi, message),

            "hex-escapes" => message is null ? $"refused: {fault}" : SameButEscapes(hapi, message),

            // An escape character that begins no sequence is a character like others.
            "broken-escapes" => Holds(message is not null && message.Segments.Count > 1),

            // Five encoding characters are read in every version, three and two where they are enough to cut.
            "truncation-character" => Holds(message?.Delimiters.Truncation == '#'),
            "encoding-characters-incomplete" or "delimiters-incomplete" => Holds(
                read == (one.GetProperty("text").GetString()![4..].Split('|', 2)[0].Distinct().Count() is >= 2 and <= 5
                    && !one.GetProperty("text").GetString()!.StartsWith("MSH|^~\\&^", StringComparison.Ordinal))),

            // LF ends a segment like CR.
            "lf-alone" => Holds(message is not null && !message.Text.Split('\n').Any(l => l.Contains('\n'))
                && message.Segments.Count == message.Text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries).Length),

            // Bytes that do not fit are read by what they fit, and none is lost.
            "bytes-do-not-fit-msh-18" => Holds(
                message is not null && !message.Text.Contains('\uFFFD')
                && message.ToBytes().Span.SequenceEqual(Hl7GoldenTests.Bytes(one))),

            // A set that nobody knows is refused when it matters; spellings that leave no doubt are known.
            "unknown-character-set" => Holds(
                read == (Hl7GoldenTests.Bytes(one).IndexOfAnyExceptInRange((byte)0, (byte)127) < 0
                    || Hl7CharacterSet.Find(one.GetProperty("msh18").GetString()!) is not null)
                && (read || fault.Error == Hl7Error.CharacterSet)),

            // Every line is a segment, whatever its name, and a second MSH too: nothing is dropped, nothing refused for a neighbour.
            "segment-name" or "line-without-a-name" or "second-msh" => Holds(
                message is not null
                && message.Segments.Count == message.Text.Split('\r').Count(l => l.AsSpan().Trim(" \t").Length > 0)),

            // Batches are taken apart by Hl7Batch, not read as one message.
            "batch" => Holds(!read && fault.Error == Hl7Error.Batch),
            "byte-order-mark" => Holds(message is { Segments.Count: > 1 }),

            // A message without a type is read; who takes messages by type refuses it with a reason.
            "no-message-type" => Holds(message is not null && message.Get("MSH-9") is null),

            // Broken headers: read where delimiters can be had, refused with a place where not.
            "malformed" => Holds(read || fault.Position >= 0),
            _ => "is not decided",
        };
    }

    /// <summary>The same values but for the escape characters, and for the line end that HAPI makes of one spelling.</summary>
    private static string? SameButEscapes(JsonElement hapi, Hl7Message message)
    {
        var escape = message.Delimiters.Escape.ToString();
        string[] theirs = [.. Values(hapi.GetProperty("segments"))];
        string[] ours = [.. message.Segments.Skip(1).SelectMany(s => s.Raw[3..].ToString().Split(
            [message.Delimiters.Field, message.Delimiters.Repetition, message.Delimiters.Component, message.Delimiters.Subcomponent],
            StringSplitOptions.RemoveEmptyEntries))];
        return theirs.Select(v => Plain(v, escape)).SequenceEqual(ours.Select(v => Plain(v, escape)))
            ? null
            : $"{string.Join(' ', theirs)}\ninstead of\n{string.Join(' ', ours)}";
    }

    private static IEnumerable<string> Values(JsonElement segments) =>
        segments.EnumerateArray().Skip(1).SelectMany(s => s.GetProperty("values").EnumerateArray().Select(row => row[4].GetString()!));

    private static string Plain(string value, string escape) =>
        value.Replace("\r", "X000d", StringComparison.Ordinal).Replace(escape, string.Empty, StringComparison.Ordinal);

    private static string? Holds(bool holds) => holds ? null : "does not hold";
}
