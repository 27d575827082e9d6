using System.Text;

namespace MedStreams.Hl7;

/// <summary>Writes messages without the delimiters that separate nothing.</summary>
internal static class NormalForm
{
    public static string Of(Hl7Message message)
    {
        var text = new StringBuilder(message.Text.Length);
        var d = message.Delimiters;
        foreach (var segment in message.Segments)
        {
            var start = text.Length;
            text.Append(segment.Name);
            if (segment.IsHeader)
                text.Append(d.Field).Append(segment[2].Raw);
            var end = text.Length;
            for (var f = segment.IsHeader ? 3 : 1; f <= segment.FieldCount; f++)
            {
                text.Append(d.Field);
                Trimmed(text, segment[f].Raw.Span, [d.Repetition, d.Component, d.Subcomponent], ref end);
            }

            text.Length = Math.Max(end, start + segment.Name.Length);
            text.Append('\r');
        }

        return text.ToString();
    }

    /// <summary>Appends what is between the separators of each level, and cuts off those with nothing after them.</summary>
    private static void Trimmed(StringBuilder text, ReadOnlySpan<char> raw, ReadOnlySpan<char> separators, ref int end)
    {
        if (separators.IsEmpty || separators[0] == Hl7Delimiters.Unused)
        {
            if (raw.IsEmpty)
                return;
            if (separators.IsEmpty)
            {
                text.Append(raw);
                end = text.Length;
                return;
            }

            Trimmed(text, raw, separators[1..], ref end);
            return;
        }

        var last = text.Length;
        foreach (var part in raw.Split(separators[0]))
        {
            if (part.Start.Value > 0)
                text.Append(separators[0]);
            var before = text.Length;
            Trimmed(text, raw[part], separators[1..], ref end);
            if (text.Length > before)
                last = text.Length;
        }

        text.Length = last;
    }
}
