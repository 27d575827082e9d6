namespace MedStreams.Hl7;

/// <summary>
/// A segment of a message. A view into the message's text, cut into fields when the first one is asked for. Immutable;
/// safe for use by several threads.
/// </summary>
public sealed class Hl7Segment
{
    private readonly Hl7Delimiters _delimiters;
    private int[]? _starts;

    internal Hl7Segment(ReadOnlyMemory<char> raw, in Hl7Delimiters delimiters)
    {
        Raw = raw;
        _delimiters = delimiters;
        var name = raw.Span.IndexOf(delimiters.Field);
        Name = SegmentNames.Of(name < 0 ? raw.Span : raw.Span[..name]);
    }

    /// <summary>The name: all before the first field separator, three characters in a proper segment.</summary>
    public string Name { get; }

    /// <summary>The text as it stands in the message, without the segment's end.</summary>
    public ReadOnlyMemory<char> Raw { get; }

    /// <summary>The number of the last field; in MSH, FHS and BHS the field separator is field 1.</summary>
    public int FieldCount => Starts().Length - 1 + (IsHeader ? 1 : 0);

    /// <summary>Whether the segment declares delimiters itself: MSH, FHS or BHS.</summary>
    public bool IsHeader => Name is "MSH" or "FHS" or "BHS";

    /// <summary>
    /// A field, from 1; empty where there is none. In a header segment, 1 is the field separator and 2 the encoding
    /// characters, which are one value each.
    /// </summary>
    public Hl7Field this[int field]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(field, 1);
            if (!IsHeader)
                return new(Slice(field), _delimiters);
            return field switch
            {
                1 when Raw.Length > 3 => new(Raw.Slice(3, 1), default),
                1 => new(default, default),
                2 => new(Slice(1), default),
                _ => new(Slice(field - 1), _delimiters),
            };
        }
    }

    /// <summary>Where a field begins, in characters from the segment's front; the segment's length where there is none.</summary>
    internal int Offset(int field)
    {
        var index = IsHeader ? field - 1 : field;
        var starts = Starts();
        return index < starts.Length ? starts[index] : Raw.Length;
    }

    private ReadOnlyMemory<char> Slice(int index)
    {
        var starts = Starts();
        if (index >= starts.Length)
            return default;
        return index == starts.Length - 1 ? Raw[starts[index]..] : Raw[starts[index]..(starts[index + 1] - 1)];
    }

    private int[] Starts()
    {
        if (_starts is { } known)
            return known;
        var span = Raw.Span;
        var starts = new int[span.Count(_delimiters.Field) + 1];
        for (int i = 1, at = 0; i < starts.Length; i++)
        {
            at += span[at..].IndexOf(_delimiters.Field) + 1;
            starts[i] = at;
        }

        return _starts = starts;
    }
}
