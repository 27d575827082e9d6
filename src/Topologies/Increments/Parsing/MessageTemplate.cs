using System.Text;

namespace MedStreams.Topologies.Increments.Parsing;

/// <summary>
/// A message with holes: <c>&lt;*&gt;</c> stands for any text, <c>&lt;subject&gt;</c> for the text that the subject is made
/// of. It matches a whole message; each hole takes as little as it can, also nothing. Immutable.
/// </summary>
internal sealed class MessageTemplate
{
    private const string Hole = "<*>";
    private const string SubjectHole = "<subject>";

    private readonly byte[][] _literals;
    private readonly int _subjectHole;

    private MessageTemplate(string text, byte[][] literals, int subjectHole)
    {
        Text = text;
        _literals = literals;
        _subjectHole = subjectHole;
    }

    /// <summary>The template as an event type, every hole written <c>&lt;*&gt;</c>.</summary>
    public string Text { get; }

    /// <summary>The text before the first hole.</summary>
    public ReadOnlySpan<byte> Head => _literals[0];

    /// <summary>Reads a template.</summary>
    /// <exception cref="ArgumentException">It begins with a hole, has two holes in a row, two subjects, or a vertical bar.</exception>
    public static MessageTemplate Parse(string template)
    {
        if (template.Contains('|', StringComparison.Ordinal))
            throw new ArgumentException($"The template '{template}' holds a vertical bar, which event types may not.", nameof(template));
        var text = template.Replace(SubjectHole, Hole, StringComparison.Ordinal);
        var literals = text.Split(Hole);
        if (literals[0].Length == 0 || literals.Skip(1).SkipLast(1).Contains(string.Empty))
            throw new ArgumentException($"The template '{template}' needs text at its front and between its holes.", nameof(template));
        var subject = template.IndexOf(SubjectHole, StringComparison.Ordinal);
        if (subject >= 0 && template.IndexOf(SubjectHole, subject + 1, StringComparison.Ordinal) >= 0)
            throw new ArgumentException($"The template '{template}' has two subjects: mark the one that counts.", nameof(template));
        var before = subject < 0 ? -1 : template[..subject].Split(Hole).Length - 1;
        return new(text, [.. literals.Select(Encoding.UTF8.GetBytes)], before);
    }

    /// <summary>Whether it matches; the subject is empty where the template marks none.</summary>
    public bool TryMatch(ReadOnlySpan<byte> message, out ReadOnlySpan<byte> subject)
    {
        subject = default;
        if (!message.StartsWith(_literals[0]))
            return false;
        message = message[_literals[0].Length..];
        var last = _literals.Length - 1;
        for (var hole = 0; hole < last; hole++)
        {
            ReadOnlySpan<byte> next = _literals[hole + 1];
            var length = hole < last - 1
                ? message.IndexOf(next)
                : message.EndsWith(next) ? message.Length - next.Length : -1;
            if (length < 0)
                return false;
            if (hole == _subjectHole)
                subject = Ascii.Trim(message[..length]);
            message = message[(length + next.Length)..];
        }

        return message.IsEmpty;
    }
}
