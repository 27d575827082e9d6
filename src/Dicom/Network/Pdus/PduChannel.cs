using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using MedStreams.Dicom.Network.Transport;

namespace MedStreams.Dicom.Network.Pdus;

/// <summary>A piece of a message (PS3.8 section 9.3.5.1 and Annex E): its presentation context, whether it is of the command, whether it is the last.</summary>
internal readonly record struct Fragment(byte ContextId, bool IsCommand, bool IsLast);

/// <summary>
/// PDUs over a connection. Reading is streamed: of a P-DATA-TF only what the reader asks for is held. Strict: a PDU that is longer than announced, a piece that
/// is longer than its PDU, or a PDU out of place aborts the association. One reader and one writer at a time.
/// </summary>
internal sealed class PduChannel(Wire wire, DicomNetworkOptions options) : IAsyncDisposable
{
    private const int LongestAssociate = 256 << 10;
    private const int BufferLength = 64 << 10;
    private readonly byte[] _buffer = new byte[BufferLength]; // its own: a read that is cut off may still write into it
    private int _start;
    private int _end;
    private long _leftOfPdu;
    private long _leftOfFragment;
    private long _position; // within the PDU that is read
    private bool _isOver;

    /// <summary>Whether the peer asked for the association's end.</summary>
    public bool IsReleaseRequested { get; private set; }

    /// <summary>Whether nothing more can be exchanged.</summary>
    public bool IsOver => _isOver;

    /// <summary>What is left of the piece that is read.</summary>
    public long LeftOfFragment => _leftOfFragment;

    /// <summary>Waits for something to come; false when the waiting was ended by the first token, which breaks nothing.</summary>
    public async ValueTask<bool> WaitAsync(TimeSpan wait, CancellationToken stop, CancellationToken cancellationToken)
    {
        if (_start < _end || _leftOfPdu > 0)
            return true;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, cancellationToken);
        try
        {
            await FillAsync(1, wait, either.Token);
            return true;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception e) when (Break(e))
        {
            throw;
        }
    }

    /// <summary>Reads a PDU that is not P-DATA-TF.</summary>
    /// <exception cref="DicomNetworkException">What came is wrong, or nothing came.</exception>
    public async ValueTask<(PduType Type, byte[] Body)> ReadPduAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        try
        {
            var (type, length) = await ReadHeaderAsync(wait, cancellationToken);
            return (type, await ReadBodyAsync(type, length, cancellationToken));
        }
        catch (Exception e) when (Break(e))
        {
            throw;
        }
    }

    /// <summary>Goes to the next piece; null when the peer asked for the association's end.</summary>
    /// <param name="wait">How long it may take to begin; null: it is in the middle of a message.</param>
    /// <param name="cancellationToken">Ends the association.</param>
    /// <exception cref="DicomNetworkException">What came is wrong, or nothing came, or the peer aborted.</exception>
    public async ValueTask<Fragment?> NextAsync(TimeSpan? wait, CancellationToken cancellationToken)
    {
        try
        {
            if (_leftOfFragment > 0)
                throw new InvalidOperationException("The piece before was not read to its end.");
            if (_leftOfPdu == 0)
            {
                var (type, length) = await ReadHeaderAsync(wait ?? options.StallTimeout, cancellationToken);
                if (type != PduType.Data)
                {
                    var body = await ReadBodyAsync(type, length, cancellationToken);
                    if (type != PduType.ReleaseRequest)
                        throw Misplaced(type, body);
                    IsReleaseRequested = true;
                    return null;
                }

                _leftOfPdu = length;
            }

            return await ReadFragmentHeaderAsync(cancellationToken);
        }
        catch (Exception e) when (Break(e))
        {
            throw;
        }
    }

    /// <summary>Reads of the piece; 0 at its end.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))] // once for each receive of a large object
    public async ValueTask<int> ReadAsync(Memory<byte> to, CancellationToken cancellationToken)
    {
        var wanted = (int)Math.Min(to.Length, _leftOfFragment);
        if (wanted == 0)
            return 0;
        try
        {
            int count;
            if (_start < _end)
            {
                count = Math.Min(wanted, _end - _start);
                _buffer.AsSpan(_start, count).CopyTo(to.Span);
                _start += count;
            }
            else if (wanted >= BufferLength)
            {
                count = await wire.ReadAsync(to[..wanted], options.StallTimeout, cancellationToken);
                if (count == 0)
                    throw Lost();
            }
            else
            {
                await FillAsync(1, options.StallTimeout, cancellationToken);
                count = Math.Min(wanted, _end - _start);
                _buffer.AsSpan(_start, count).CopyTo(to.Span);
                _start += count;
            }

            _leftOfFragment -= count;
            _leftOfPdu -= count;
            _position += count;
            return count;
        }
        catch (Exception e) when (Break(e))
        {
            throw;
        }
    }

    /// <summary>Writes PDUs.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> pdus, CancellationToken cancellationToken)
    {
        try
        {
            if (_isOver)
                throw new DicomNetworkException(DicomNetworkError.Closed, "The association is over.", isTransient: true);
            await wire.WriteAsync(pdus, options.StallTimeout, cancellationToken);
        }
        catch (Exception e) when (Break(e))
        {
            throw;
        }
    }

    /// <summary>Ends the association here and now, telling the peer as far as it can be told.</summary>
    public async Task AbortAsync(Abort abort)
    {
        if (_isOver)
            return;
        _isOver = true;
        try
        {
            await wire.WriteAsync(PduWriter.Write(abort), TimeSpan.FromSeconds(1), CancellationToken.None);
        }
        catch (DicomNetworkException)
        {
            // The peer is gone, or takes nothing: there is nobody to tell.
        }
        finally
        {
            wire.Close();
        }
    }

    /// <summary>Ends the connection after an orderly end.</summary>
    public void Close()
    {
        _isOver = true;
        wire.Close();
    }

    public ValueTask DisposeAsync()
    {
        _isOver = true;
        return wire.DisposeAsync();
    }

    /// <summary>After any fault the association is over; of what is wrong the peer is told. Never catches.</summary>
    private bool Break(Exception fault)
    {
        if (_isOver)
            return false;
        if (fault is DicomNetworkException { Error: DicomNetworkError.Protocol })
            _ = AbortAsync(Abort.InvalidParameter);
        else if (fault is OperationCanceledException)
            _ = AbortAsync(Abort.ByUser);
        else
        {
            _isOver = true;
            wire.Close();
        }

        return false;
    }

    private async ValueTask<(PduType Type, uint Length)> ReadHeaderAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        if (_isOver)
            throw new DicomNetworkException(DicomNetworkError.Closed, "The association is over.", isTransient: true);
        await FillAsync(1, wait, cancellationToken);
        await FillAsync(PduParser.HeaderLength, options.StallTimeout, cancellationToken);
        var header = _buffer.AsSpan(_start, PduParser.HeaderLength);
        var (type, length) = ((PduType)header[0], BinaryPrimitives.ReadUInt32BigEndian(header[2..]));
        _start += PduParser.HeaderLength;
        _position = PduParser.HeaderLength;
        uint limit = type switch
        {
            PduType.Data => options.MaxPduLength == 0 ? uint.MaxValue : options.MaxPduLength,
            PduType.AssociateRequest or PduType.AssociateAccept => LongestAssociate,
            PduType.AssociateReject or PduType.ReleaseRequest or PduType.ReleaseReply or PduType.Abort => 4,
            _ => throw DicomNetworkException.Malformed(type.Name(), 0, "no such type"),
        };
        if (length > limit || (length < 4 && type != PduType.Data))
            throw DicomNetworkException.Malformed(type.Name(), 2, $"a length of {length}, where {limit} is allowed,");
        return (type, length);
    }

    private async ValueTask<byte[]> ReadBodyAsync(PduType type, uint length, CancellationToken cancellationToken)
    {
        if (type == PduType.Data)
            throw DicomNetworkException.Malformed(type.Name(), 0, "not expected here, noticed");
        var body = new byte[length];
        var held = Math.Min(body.Length, _end - _start);
        _buffer.AsSpan(_start, held).CopyTo(body);
        _start += held;
        while (held < body.Length)
        {
            var count = await wire.ReadAsync(body.AsMemory(held), options.StallTimeout, cancellationToken);
            if (count == 0)
                throw Lost();
            held += count;
        }

        return body;
    }

    private async ValueTask<Fragment> ReadFragmentHeaderAsync(CancellationToken cancellationToken)
    {
        if (_leftOfPdu < 6)
            throw DicomNetworkException.Malformed(PduType.Data.Name(), _position, "a piece's header does not fit");
        await FillAsync(6, options.StallTimeout, cancellationToken);
        var header = _buffer.AsSpan(_start, 6);
        var length = BinaryPrimitives.ReadUInt32BigEndian(header);
        if (length < 2 || length > _leftOfPdu - 4)
            throw DicomNetworkException.Malformed(PduType.Data.Name(), _position, $"a piece's length of {length} does not fit");
        var fragment = new Fragment(header[4], (header[5] & 1) == 1, (header[5] & 2) == 2);
        _start += 6;
        _position += 6;
        _leftOfPdu -= 6;
        _leftOfFragment = length - 2;
        return fragment;
    }

    /// <summary>Reads until so many bytes are held.</summary>
    private async ValueTask FillAsync(int count, TimeSpan limit, CancellationToken cancellationToken)
    {
        if (_start == _end)
            (_start, _end) = (0, 0);
        if (_end - _start < count && _start + count > _buffer.Length)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        while (_end - _start < count)
        {
            var read = await wire.ReadAsync(_buffer.AsMemory(_end), limit, cancellationToken);
            if (read == 0)
                throw Lost();
            _end += read;
        }
    }

    private static DicomNetworkException Lost() =>
        new(DicomNetworkError.ConnectionLost, "The peer closed the connection without ending the association.", isTransient: true);

    private static DicomNetworkException Misplaced(PduType type, byte[] body) => type == PduType.Abort
        ? new DicomNetworkException(DicomNetworkError.Aborted, $"The association was aborted {PduParser.ReadAbort(body)}.", isTransient: true)
        : DicomNetworkException.Malformed(type.Name(), 0, "not expected here, noticed");
}
