using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using MedStreams.Dicom.Network.Pdus;

namespace MedStreams.Dicom.Network.Dimse;

/// <summary>
/// Messages over an association (PS3.7 section 9.3 and 10.3, PS3.8 Annex E): one is received at a time, its data set streamed; one is sent at a time, whoever sends.
/// </summary>
/// <param name="pdus">The association's PDUs.</param>
/// <param name="peerMaxLength">The longest P-DATA-TF that the peer takes; 0: any.</param>
internal sealed class DimseChannel(PduChannel pdus, uint peerMaxLength) : IAsyncDisposable
{
    private const int LongestPdu = 128 << 10;
    private const int PieceHeader = 12; // of a PDU that holds one piece: 6 + 4 + 2
    private const int BufferLength = 256 << 10;
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly byte[] _small = new byte[4096];
    private readonly byte[] _scratch = new byte[4096];
    private byte[]? _large;
    private DataSetStream? _open;
    private byte _openContext;
    private bool _isLastPiece;

    /// <summary>How many bytes of a message go into one piece: as many as the peer takes, an even number.</summary>
    public int PieceLength { get; } =
        (int)(Math.Min(peerMaxLength == 0 ? uint.MaxValue : peerMaxLength, LongestPdu) - 6) & ~1;

    public PduChannel Pdus => pdus;

    /// <summary>Sends a message.</summary>
    /// <param name="contextId">Its presentation context.</param>
    /// <param name="command">Its command.</param>
    /// <param name="dataSet">Its data set, read to its end; null: none.</param>
    /// <param name="cancellationToken">Ends it, and with it the association, unless the message was not begun.</param>
    /// <param name="padsOdd">Whether a byte is added where the data set's length is odd, as a deflated one may have it (PS3.5 section A.5); else that is an error.</param>
    public async ValueTask SendAsync(byte contextId, CommandSet command, Stream? dataSet, CancellationToken cancellationToken, bool padsOdd = false)
    {
        await _sending.WaitAsync(cancellationToken);
        var buffer = dataSet is null ? _small : _large ??= new byte[BufferLength];
        try
        {
            var used = await SendCommandAsync(contextId, command.ToBytes(), buffer, cancellationToken);
            if (dataSet is not null)
                used = await SendDataSetAsync(contextId, dataSet, padsOdd, buffer, used, cancellationToken);
            await pdus.WriteAsync(buffer.AsMemory(0, used), cancellationToken);
        }
        catch
        {
            await pdus.AbortAsync(Abort.ByUser); // half a message stands on the wire
            throw;
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Receives the next message; null when the peer asked for the association's end. What was not read of the one before is passed over.</summary>
    public async ValueTask<DimseMessage?> ReceiveAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        await SkipDataSetAsync(cancellationToken);
        var bytes = new ArrayBufferWriter<byte>(256);
        byte? contextId = null;
        while (true)
        {
            if (await pdus.NextAsync(contextId is null ? wait : null, cancellationToken) is not { } piece)
            {
                return contextId is null
                    ? null
                    : throw await FaultAsync("The peer asked for the association's end within a message.");
            }

            if (!piece.IsCommand)
                throw await FaultAsync("A piece of a data set came where a command was expected.");
            if (piece.ContextId != (contextId ??= piece.ContextId))
                throw await FaultAsync("The presentation context changed within a message.");
            if (bytes.WrittenCount + pdus.LeftOfFragment > CommandSet.MaxLength)
                throw await FaultAsync($"A command of more than {CommandSet.MaxLength} bytes came.");
            while (pdus.LeftOfFragment > 0)
                bytes.Advance(await pdus.ReadAsync(bytes.GetMemory((int)pdus.LeftOfFragment), cancellationToken));
            if (piece.IsLast)
                break;
        }

        return await OpenAsync(contextId.Value, bytes.WrittenMemory);
    }

    /// <summary>Reads of the data set of the message that was received last; 0 at its end.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))] // once for each receive of a large object
    public async ValueTask<int> ReadDataSetAsync(Memory<byte> to, CancellationToken cancellationToken)
    {
        while (pdus.LeftOfFragment == 0)
        {
            if (_isLastPiece)
            {
                _open = null;
                return 0;
            }

            if (await pdus.NextAsync(wait: null, cancellationToken) is not { } piece)
                throw await FaultAsync("The peer asked for the association's end within a message.");
            if (piece.IsCommand || piece.ContextId != _openContext)
                throw await FaultAsync("Something else came within a data set.");
            _isLastPiece = piece.IsLast;
        }

        return await pdus.ReadAsync(to, cancellationToken);
    }

    /// <summary>Aborts because of something that came, and makes the exception for it.</summary>
    public async ValueTask<DicomNetworkException> FaultAsync(string reason)
    {
        await pdus.AbortAsync(Abort.UnexpectedPdu);
        return DicomNetworkException.Unexpected(reason);
    }

    public ValueTask DisposeAsync()
    {
        _sending.Dispose();
        return pdus.DisposeAsync();
    }

    private async ValueTask<DimseMessage> OpenAsync(byte contextId, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var command = CommandSet.Read(bytes.Span);
            if (!command.HasDataSet)
                return new DimseMessage(contextId, command, null);
            (_openContext, _isLastPiece) = (contextId, false);
            _open = new DataSetStream(this);
            return new DimseMessage(contextId, command, _open);
        }
        catch (DicomNetworkException)
        {
            await pdus.AbortAsync(Abort.InvalidParameter);
            throw;
        }
    }

    /// <summary>Passes over what was not read of the data set of the message that was received last.</summary>
    public async ValueTask SkipDataSetAsync(CancellationToken cancellationToken)
    {
        while (_open is not null)
            await ReadDataSetAsync(_scratch, cancellationToken);
    }

    private async ValueTask<int> SendCommandAsync(byte contextId, ReadOnlyMemory<byte> command, byte[] buffer, CancellationToken cancellationToken)
    {
        var used = 0;
        for (var at = 0; at < command.Length;)
        {
            if (used + PieceHeader >= buffer.Length)
            {
                await pdus.WriteAsync(buffer.AsMemory(0, used), cancellationToken);
                used = 0;
            }

            var count = Math.Min(Math.Min(PieceLength, command.Length - at), buffer.Length - used - PieceHeader);

            command.Span.Slice(at, count).CopyTo(buffer.AsSpan(used + PieceHeader));
            at += count;
            WriteHeader(buffer.AsSpan(used), count, contextId, isCommand: true, isLast: at == command.Length);
            used += PieceHeader + count;
        }

        return used;
    }

    /// <summary>
    /// Reads pieces into a buffer behind room for their headers, and sends it when it is full: a byte is copied once on its way. One byte is read ahead, to know
    /// which piece is the last. All pieces have even lengths: DCMTK stops answering after one that has not.
    /// </summary>
    private async ValueTask<int> SendDataSetAsync(
        byte contextId, Stream dataSet, bool padsOdd, byte[] buffer, int used, CancellationToken cancellationToken)
    {
        var ahead = default(byte?);
        while (true)
        {
            if (buffer.Length - used < PieceHeader + PieceLength + 1)
            {
                await pdus.WriteAsync(buffer.AsMemory(0, used), cancellationToken);
                used = 0;
            }

            var held = 0;
            if (ahead is { } first)
                buffer[used + PieceHeader + held++] = first;
            held += await dataSet.ReadAtLeastAsync(
                buffer.AsMemory(used + PieceHeader + held, PieceLength + 1 - held), PieceLength + 1 - held, throwOnEndOfStream: false, cancellationToken);
            var isLast = held <= PieceLength;
            var count = isLast ? held : PieceLength;
            if (count % 2 == 1)
            {
                if (!padsOdd)
                    throw OddLength();
                buffer[used + PieceHeader + count++] = 0;
            }

            WriteHeader(buffer.AsSpan(used), count, contextId, isCommand: false, isLast);
            used += PieceHeader + count;
            if (isLast)
                return used;
            ahead = buffer[used];
        }
    }

    /// <summary>The fault of a data set that is no data set, since all its elements have even lengths (PS3.5 section 7.1.1).</summary>
    public static DicomNetworkException OddLength() => new(
        DicomNetworkError.NotSendable, "The data set has an odd number of bytes, after which many peers stop answering; it was not sent.", isTransient: false);

    private static void WriteHeader(Span<byte> to, int count, byte contextId, bool isCommand, bool isLast)
    {
        to[0] = (byte)PduType.Data;
        to[1] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(to[2..], (uint)count + 6);
        BinaryPrimitives.WriteUInt32BigEndian(to[6..], (uint)count + 2);
        to[10] = contextId;
        to[11] = (byte)((isCommand ? 1 : 0) | (isLast ? 2 : 0));
    }
}
