using System.Buffers;

namespace MedStreams.Hl7.Mllp;

/// <summary>What came out of a stream of bytes.</summary>
public enum MllpPartKind
{
    /// <summary>The content of a whole frame, which may be empty.</summary>
    Message,

    /// <summary>The content of a frame that a new start byte, or the end of the stream, cut off.</summary>
    CutOff,

    /// <summary>Bytes that stood outside of frames.</summary>
    Stray,
}

/// <summary>A part of a stream of bytes.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Bytes">The bytes, without framing.</param>
public readonly record struct MllpPart(MllpPartKind Kind, ReadOnlySequence<byte> Bytes);

/// <summary>
/// Takes frames out of a stream (HL7 v2, MLLP release 1): <c>0B content 1C 0D</c>. A start byte always begins a new frame,
/// so a frame whose end is missing loses itself only and not the next one; an end byte ends a frame only with its
/// carriage return. What is not a whole frame is told too, so that nothing is passed over in silence; a lone CR or LF
/// between frames, which many senders add, is not. What comes out does not depend on the portions in which bytes arrive.
/// One for each stream; not safe for use by several threads.
/// </summary>
public sealed class MllpDecoder
{
    private const byte Start = 0x0B;
    private const byte End = 0x1C;
    private const byte Return = 0x0D;

    /// <summary>So many bytes outside of frames are told before their end is seen.</summary>
    private const int LongStray = 65_536;

    /// <summary>How much of what is left was looked through already.</summary>
    private long _seen;

    /// <summary>Takes the next part from the front of what has arrived.</summary>
    /// <param name="arrived">
    /// What has arrived, from where the last call left it; afterwards what is left of it, to be given again with more behind.
    /// </param>
    /// <param name="complete">Whether no more will arrive.</param>
    /// <param name="part">The part.</param>
    /// <returns>False where more bytes are needed, or all are taken.</returns>
    public bool TryTake(ref ReadOnlySequence<byte> arrived, bool complete, out MllpPart part)
    {
        part = default;
        while (!arrived.IsEmpty)
        {
            if (arrived.FirstSpan[0] == Start)
                return TryFrame(ref arrived, complete, out part);
            var start = arrived.Slice(_seen).PositionOf(Start);
            if (start is null && !complete && arrived.Length < LongStray)
            {
                _seen = arrived.Length;
                return false;
            }

            var stray = start is { } end ? arrived.Slice(0, end) : arrived;
            Take(ref arrived, stray.End);
            if (IsLineEnd(stray))
                continue;
            part = new(MllpPartKind.Stray, stray);
            return true;
        }

        return false;
    }

    /// <summary>Puts a content into a frame.</summary>
    public static byte[] Frame(ReadOnlySpan<byte> content)
    {
        var frame = new byte[content.Length + 3];
        frame[0] = Start;
        content.CopyTo(frame.AsSpan(1));
        frame[^2] = End;
        frame[^1] = Return;
        return frame;
    }

    private bool TryFrame(ref ReadOnlySequence<byte> arrived, bool complete, out MllpPart part)
    {
        part = default;
        var begin = arrived.GetPosition(1);
        var reader = new SequenceReader<byte>(arrived);
        reader.Advance(Math.Max(_seen, 1));
        while (reader.TryAdvanceToAny([Start, End], advancePastDelimiter: false))
        {
            var at = reader.Position;
            _seen = reader.Consumed;
            reader.TryRead(out var found);
            if (found == Start)
            {
                part = new(MllpPartKind.CutOff, arrived.Slice(begin, at));
                Take(ref arrived, at);
                return true;
            }

            if (!reader.TryPeek(out var next))
                return complete && Rest(ref arrived, begin, out part);
            if (next != Return)
                continue;
            reader.Advance(1);
            part = new(MllpPartKind.Message, arrived.Slice(begin, at));
            Take(ref arrived, reader.Position);
            return true;
        }

        if (complete)
            return Rest(ref arrived, begin, out part);
        _seen = arrived.Length;
        return false;
    }

    private bool Rest(ref ReadOnlySequence<byte> arrived, SequencePosition begin, out MllpPart part)
    {
        part = new(MllpPartKind.CutOff, arrived.Slice(begin));
        Take(ref arrived, arrived.End);
        return true;
    }

    private void Take(ref ReadOnlySequence<byte> arrived, SequencePosition end)
    {
        arrived = arrived.Slice(end);
        _seen = 0;
    }

    private static bool IsLineEnd(in ReadOnlySequence<byte> bytes)
    {
        foreach (var segment in bytes)
        {
            if (segment.Span.ContainsAnyExcept((byte)'\r', (byte)'\n'))
                return false;
        }

        return true;
    }
}
