using System.Buffers;
using System.Globalization;
using System.Text;

namespace MedStreams.Dicom.Web;

/// <summary>
/// Reads a multipart message (RFC 2046 section 5.1, RFC 2387) part after part as it comes, in bounded memory. A line that begins like the boundary and goes on otherwise
/// is content. A message is whole when its closing boundary was seen. Not thread-safe.
/// </summary>
public sealed class MultipartReader : IDisposable
{
    private const int BufferLength = 128 << 10;
    private const int LongestPadding = 256; // blanks behind a boundary

    private readonly Stream _from;
    private readonly MultipartLimits _limits;
    private readonly byte[] _delimiter; // with the line end in front, which belongs to it
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
    private int _start;
    private int _end = 2;
    private long _position = -2; // of _start: a line end is put in front of the message, so that every boundary has one
    private long _contentUntil = -2; // what is known to be content, so that it is searched once
    private bool _isAtEnd;
    private bool _isDisposed;
    private int _parts;
    private long _partStart;
    private long? _expected; // by Content-Length of the part
    private State _state = State.Preamble;

    /// <summary>Begins to read.</summary>
    /// <param name="from">The message; is not disposed.</param>
    /// <param name="boundary">What separates the parts, as the media type says.</param>
    /// <param name="limits">What it may be at most.</param>
    /// <exception cref="DicomWebException">The boundary is none: 1 to 70 characters (RFC 2046).</exception>
    public MultipartReader(Stream from, string boundary, MultipartLimits? limits = null)
    {
        // Orthanc's has 73; what fits into the buffer many times does no harm.
        if (boundary.Length is 0 or > 1024 || !Ascii.IsValid(boundary))
            throw new DicomWebException(DicomWebError.Malformed, "The boundary of the multipart message is none.");
        (_from, _limits) = (from, limits ?? new MultipartLimits());
        _delimiter = Encoding.ASCII.GetBytes("\r\n--" + boundary);
        "\r\n"u8.CopyTo(_buffer);
    }

    private enum State
    {
        Preamble,
        Part,
        BetweenParts,
        Closed,
    }

    /// <summary>How many bytes of the message were taken.</summary>
    public long Position => Math.Max(0, _position);

    /// <summary>The next part; what is left of the one before is passed over.</summary>
    /// <returns>Null where the closing boundary was met.</returns>
    /// <exception cref="DicomWebException">The message ends too early, is none, or is over a limit; tells the place.</exception>
    public async ValueTask<MultipartPart?> NextAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var passedOver = 0L;
        while (_state is State.Preamble or State.Part)
        {
            var isPreamble = _state == State.Preamble;
            var count = await SkipAsync(cancellationToken);
            passedOver += count;
            if (isPreamble && passedOver > _limits.PreambleBytes)
                throw Fail(DicomWebError.TooLarge, $"has more than {_limits.PreambleBytes} bytes in front of its first boundary");
        }

        if (_state == State.Closed)
            return null;
        if (++_parts > _limits.Parts)
            throw Fail(DicomWebError.TooLarge, $"has more than {_limits.Parts} parts");
        var headers = await ReadHeadersAsync(cancellationToken);
        (_state, _partStart) = (State.Part, _position);
        _expected = headers.TryGetValue("Content-Length", out var length)
            && long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var expected) ? expected : null;
        return new MultipartPart(headers, new PartStream(this, _parts));
    }

    /// <summary>Gives the buffer back.</summary>
    public void Dispose()
    {
        if (!_isDisposed)
            ArrayPool<byte>.Shared.Return(_buffer, clearArray: true); // it held somebody's health
        _isDisposed = true;
    }

    /// <summary>Hands on what is known to be content; 0 at the part's end.</summary>
    private async ValueTask<int> ReadAsync(Memory<byte> to, int part, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed || part != _parts, this);
        if (_state != State.Part || to.IsEmpty)
            return 0;
        var count = Math.Min(to.Length, await FindContentAsync(cancellationToken));
        if (count > 0)
        {
            _buffer.AsSpan(_start, count).CopyTo(to.Span);
            Take(count);
            if (_position - _partStart > _limits.PartBytes)
                throw Fail(DicomWebError.TooLarge, $"has a part of more than {_limits.PartBytes} bytes");
        }
        else
            EndPart();

        return count;
    }

    private async ValueTask<long> SkipAsync(CancellationToken cancellationToken)
    {
        var count = await FindContentAsync(cancellationToken);
        Take(count);
        if (count == 0 && _state == State.Part)
            EndPart();
        else if (count == 0)
            TakeDelimiter();
        return count;
    }

    private void EndPart()
    {
        if (_expected is { } expected && expected != _position - _partStart)
            throw Fail(DicomWebError.Malformed, $"has a part of {_position - _partStart} bytes that says it has {expected}");
        TakeDelimiter();
    }

    /// <summary>How many bytes from the start on are content; 0 where a delimiter is next, as a whole with what follows it.</summary>
    private async ValueTask<int> FindContentAsync(CancellationToken cancellationToken)
    {
        while (_position >= _contentUntil)
        {
            var held = _buffer.AsSpan(_start, _end - _start);
            var at = held.IndexOf(_delimiter);
            if (at > 0)
                _contentUntil = _position + at;
            else if (at < 0 && held.Length >= _delimiter.Length)
                _contentUntil = _position + held.Length - _delimiter.Length + 1;
            else if (at == 0 && LineEnd(held[_delimiter.Length..]) is not 0 and var isReal)
            {
                if (isReal > 0)
                    return 0;
                _contentUntil = _position + _delimiter.Length; // it only begins like the boundary
            }
            else if (!await FillAsync(cancellationToken))
                throw Fail(DicomWebError.Truncated, "ends without its closing boundary");
        }

        return (int)(_contentUntil - _position);
    }

    /// <summary>What is behind a boundary: the number of bytes up to the next line or behind the two dashes; 0 where too few are here; negative where it is none.</summary>
    private int LineEnd(ReadOnlySpan<byte> behind)
    {
        if (behind.StartsWith("--"u8))
            return 2;
        var blanks = behind.IndexOfAnyExcept((byte)' ', (byte)'\t');
        if (blanks > LongestPadding || (blanks < 0 && behind.Length > LongestPadding))
            return -1;
        if (blanks < 0)
            return _isAtEnd ? -1 : 0;
        var rest = behind[blanks..];
        if (rest[0] == '\n')
            return blanks + 1;
        if (rest[0] == '-' && blanks == 0 && rest.Length == 1)
            return _isAtEnd ? -1 : 0;
        if (rest[0] != '\r')
            return -1;
        if (rest.Length == 1)
            return _isAtEnd ? -1 : 0;
        return rest[1] == '\n' ? blanks + 2 : -1;
    }

    /// <summary>Takes the delimiter that is next, with the end of its line.</summary>
    private void TakeDelimiter()
    {
        var behind = _buffer.AsSpan(_start + _delimiter.Length, _end - _start - _delimiter.Length);
        var isClosing = behind.StartsWith("--"u8);
        Take(_delimiter.Length + LineEnd(behind));
        _state = isClosing ? State.Closed : State.BetweenParts;
    }

    private async ValueTask<Dictionary<string, string>> ReadHeadersAsync(CancellationToken cancellationToken)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var name = "";
        var limit = _position + _limits.HeaderBytes;
        while (await ReadLineAsync(limit, cancellationToken) is { Length: > 0 } line)
        {
            if (line[0] is ' ' or '\t' && name.Length > 0)
            {
                headers[name] += " " + line.Trim(); // folded (RFC 5322 section 2.2.3)
                continue;
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0)
                throw Fail(DicomWebError.Malformed, "has a header line without a name");
            name = line[..colon].TrimEnd();
            headers[name] = line[(colon + 1)..].Trim();
        }

        return headers;
    }

    private async ValueTask<string> ReadLineAsync(long limit, CancellationToken cancellationToken)
    {
        while (true)
        {
            var held = _buffer.AsSpan(_start, _end - _start);
            var end = held.IndexOf((byte)'\n');
            if (_position + (end < 0 ? held.Length : end) > limit)
                throw Fail(DicomWebError.TooLarge, $"has a part with more than {_limits.HeaderBytes} bytes of headers");
            if (end >= 0)
            {
                var line = Encoding.Latin1.GetString(held[..end].TrimEnd((byte)'\r'));
                Take(end + 1);
                return line;
            }

            if (!await FillAsync(cancellationToken))
                throw Fail(DicomWebError.Truncated, "ends within the headers of a part");
        }
    }

    private void Take(int count)
    {
        _start += count;
        _position += count;
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_isAtEnd)
            return false;
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
            throw Fail(DicomWebError.TooLarge, "has a line that is longer than the buffer");
        var count = await _from.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        _end += count;
        _isAtEnd = count == 0;
        return true; // at the end once more, since what is here may have a meaning now
    }

    private DicomWebException Fail(DicomWebError error, string what) =>
        new(error, string.Create(CultureInfo.InvariantCulture, $"The multipart message {what}, at byte {Position}, part {_parts}."));

    /// <summary>The content of one part.</summary>
    private sealed class PartStream(MultipartReader reader, int part) : ReadOnlyStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => reader.ReadAsync(buffer, part, cancellationToken);
    }
}
