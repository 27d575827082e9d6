namespace MedStreams.Topologies.Increments.Parsing;

/// <summary>
/// Turns a request's target into a template: the query is left out, of the path's parts those stay that are words of the
/// vocabulary (with the extension of a file left out), all others become <c>&lt;*&gt;</c>. Paths hold patient ids.
/// </summary>
internal static class HttpPath
{
    private const int MostParts = 8;

    /// <summary>Writes the template; answers how many bytes that are. The destination holds at least 256 bytes.</summary>
    public static int Write(ReadOnlySpan<byte> target, Span<byte> destination)
    {
        var end = target.IndexOfAny((byte)'?', (byte)'#');
        if (end >= 0)
            target = target[..end];
        if (target.IsEmpty || target[0] != '/')
        {
            "<*>"u8.CopyTo(destination);
            return 3;
        }

        var length = 0;
        for (var parts = 0; !target.IsEmpty && parts < MostParts; parts++)
        {
            target = target[1..];
            var next = target.IndexOf((byte)'/');
            var part = next < 0 ? target : target[..next];
            target = next < 0 ? default : target[next..];
            destination[length++] = (byte)'/';
            if (part.IsEmpty)
                continue;
            var dot = part.LastIndexOf((byte)'.');
            var word = dot > 0 ? part[..dot] : part;
            var kept = MessageMask.IsKnownWord(word) ? word : "<*>"u8;
            kept.CopyTo(destination[length..]);
            length += kept.Length;
        }

        return length;
    }

    /// <summary>The method, where it is one of HTTP's; else <c>OTHER</c>.</summary>
    public static ReadOnlySpan<byte> Method(ReadOnlySpan<byte> method) =>
        method.SequenceEqual("GET"u8) || method.SequenceEqual("POST"u8) || method.SequenceEqual("PUT"u8)
        || method.SequenceEqual("DELETE"u8) || method.SequenceEqual("HEAD"u8) || method.SequenceEqual("OPTIONS"u8)
        || method.SequenceEqual("PATCH"u8) || method.SequenceEqual("PROPFIND"u8)
            ? method
            : "OTHER"u8;
}
