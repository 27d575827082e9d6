namespace MedStreams.Topologies.Increments.Parsing;

/// <summary>
/// Turns messages into event types. First the declared templates, then the built-in ones, in their order; what none of them
/// matches is masked (<see cref="MessageMask"/>). For one thread, because of its shared strings.
/// </summary>
internal sealed class TemplateCatalogue
{
    private const int MostMaskedBytes = 160;

    private static readonly MessageTemplate[] BuiltIn =
    [
        .. BuiltInTemplates.OpenSsh.Concat(BuiltInTemplates.Pam).Concat(BuiltInTemplates.Pacs).Select(MessageTemplate.Parse),
    ];

    private readonly MessageTemplate[][] _byFirstByte = new MessageTemplate[256][];
    private readonly Utf8Interner _texts = new(4096);

    private TemplateCatalogue(IEnumerable<MessageTemplate> templates)
    {
        Array.Fill(_byFirstByte, []);
        foreach (var template in templates)
        {
            ref var bucket = ref _byFirstByte[template.Head[0]];
            bucket = [.. bucket, template];
        }
    }

    public static TemplateCatalogue WithBuiltIn(IEnumerable<string> declared) =>
        new(declared.Select(MessageTemplate.Parse).Concat(BuiltIn));

    /// <summary>The event type of a message, and the bytes of whom it is about, where a template says.</summary>
    public string EventType(ReadOnlySpan<byte> message, out ReadOnlySpan<byte> subject)
    {
        subject = default;
        message = Ascii.Trim(message);
        if (message.IsEmpty)
            return MessageMask.Nothing;
        foreach (var template in _byFirstByte[message[0]])
        {
            if (template.TryMatch(message, out subject))
                return template.Text;
        }

        Span<byte> masked = stackalloc byte[MostMaskedBytes];
        return _texts.Get(masked[..MessageMask.Write(message, masked)]);
    }
}
