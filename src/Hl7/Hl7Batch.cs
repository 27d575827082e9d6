namespace MedStreams.Hl7;

/// <summary>
/// A batch file (HL7 v2, chapter 2, batch protocol: FHS, BHS, messages, BTS, FTS), or several messages one after the other:
/// a message begins at each line that begins with MSH and ends before the next line that begins with MSH, BHS, BTS, FHS or
/// FTS. Bytes are cut, not decoded, so each message may have a character set of its own.
/// </summary>
public static class Hl7Batch
{
    /// <summary>
    /// The messages of a file, in their order, each as the bytes it has there, and what stands around them. Where the file
    /// or batch trailer says how many there should be and it is another number, <see cref="Hl7BatchPart.Miscounted"/> is
    /// set on that trailer.
    /// </summary>
    public static IEnumerable<Hl7BatchPart> Read(ReadOnlyMemory<byte> file)
    {
        int messages = 0, batches = 0;
        foreach (var (start, end, kind) in Parts(file))
        {
            var part = file[start..end];
            var miscounted = false;
            switch (kind)
            {
                case Hl7BatchPartKind.Message:
                    messages++;
                    break;
                case Hl7BatchPartKind.BatchTrailer:
                    miscounted = Count(part.Span) is { } said && said != messages;
                    messages = 0;
                    batches++;
                    break;
                case Hl7BatchPartKind.FileTrailer:
                    miscounted = Count(part.Span) is { } announced && announced != batches;
                    batches = 0;
                    break;
                case Hl7BatchPartKind.BatchHeader:
                    messages = 0;
                    break;
                default:
                    break;
            }

            yield return new(kind, start, part, miscounted);
        }
    }

    private static List<(int Start, int End, Hl7BatchPartKind Kind)> Parts(ReadOnlyMemory<byte> file)
    {
        var parts = new List<(int Start, int End, Hl7BatchPartKind Kind)>();
        var bytes = file.Span;
        int start = 0, at = 0;
        var kind = Hl7BatchPartKind.Other;
        while (at < bytes.Length)
        {
            var line = bytes[at..];
            var content = at == 0 && line.StartsWith(Hl7CharacterSet.ByteOrderMark) ? line[3..] : line;
            var name = KindOf(content.TrimStart("\v \t"u8));
            if (name != Hl7BatchPartKind.Other || at == 0)
            {
                if (at > start)
                    parts.Add((start, at, kind));
                (start, kind) = (at, name);
            }

            var end = line.IndexOfAny((byte)'\r', (byte)'\n');
            at = end < 0 ? bytes.Length : at + end + 1;
        }

        if (bytes.Length > start)
            parts.Add((start, bytes.Length, kind));
        return parts;
    }

    private static Hl7BatchPartKind KindOf(ReadOnlySpan<byte> line)
    {
        if (line.Length < 3)
            return Hl7BatchPartKind.Other;
        Span<char> name = [(char)line[0], (char)line[1], (char)line[2]];
        return name switch
        {
            "MSH" => Hl7BatchPartKind.Message,
            "FHS" => Hl7BatchPartKind.FileHeader,
            "BHS" => Hl7BatchPartKind.BatchHeader,
            "BTS" => Hl7BatchPartKind.BatchTrailer,
            "FTS" => Hl7BatchPartKind.FileTrailer,
            _ => Hl7BatchPartKind.Other,
        };
    }

    /// <summary>BTS-1 or FTS-1; null where it does not say.</summary>
    private static int? Count(ReadOnlySpan<byte> trailer)
    {
        var digits = trailer[Math.Min(4, trailer.Length)..];
        var end = digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return int.TryParse(end < 0 ? digits : digits[..end], out var count) ? count : null;
    }
}

/// <summary>What a part of a batch file is.</summary>
public enum Hl7BatchPartKind
{
    /// <summary>Lines before the first header or message.</summary>
    Other,

    /// <summary>FHS.</summary>
    FileHeader,

    /// <summary>BHS.</summary>
    BatchHeader,

    /// <summary>A message, from its MSH on.</summary>
    Message,

    /// <summary>BTS.</summary>
    BatchTrailer,

    /// <summary>FTS.</summary>
    FileTrailer,
}

/// <summary>A part of a batch file.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Offset">Where it begins in the file, in bytes.</param>
/// <param name="Bytes">All its bytes, line ends included: the parts of a file, one after the other, are the file.</param>
/// <param name="Miscounted">Whether it is a trailer that says another number than there are.</param>
public readonly record struct Hl7BatchPart(Hl7BatchPartKind Kind, int Offset, ReadOnlyMemory<byte> Bytes, bool Miscounted);
