using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Authentication;

namespace MedStreams.Dicom.Network.Transport;

/// <summary>A connection with time limits. One reader and one writer at a time. What fails closes it.</summary>
internal sealed class Wire : IAsyncDisposable
{
    private readonly Stream _stream;
    private readonly Patience _reading;
    private readonly Patience _writing;
    private int _isClosed;

    private Wire(Stream stream, TimeProvider time) =>
        (_stream, _reading, _writing) = (stream, new Patience(time), new Patience(time));

    /// <summary>Connects as user.</summary>
    /// <exception cref="DicomNetworkException">It could not.</exception>
    public static async Task<Wire> ConnectAsync(DicomPeer peer, DicomNetworkOptions options, CancellationToken cancellationToken)
    {
        using var patience = new Patience(options.Time);
        var token = patience.Begin(options.ConnectTimeout, cancellationToken);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        Stream? stream = null;
        try
        {
            await socket.ConnectAsync(peer.Host, peer.Port, token);
            stream = new FastNetworkStream(socket, options.IsFast);
            if (peer.Tls is { } tls)
            {
                var secure = new SslStream(stream);
                stream = secure;
                await secure.AuthenticateAsClientAsync(tls, token);
            }

            return new Wire(stream, options.Time);
        }
        catch (Exception e) when (e is SocketException or IOException or AuthenticationException or OperationCanceledException)
        {
            socket.Dispose();
            if (stream is not null)
                await stream.DisposeAsync();
            if (e is OperationCanceledException && !patience.IsOver)
                throw;
            var reason = e is AuthenticationException ? "TLS could not be agreed on" : patience.IsOver ? $"no answer within {options.ConnectTimeout}" : e.Message;
            throw new DicomNetworkException(
                DicomNetworkError.NotConnected, $"No connection to {peer}: {reason}.", isTransient: e is not AuthenticationException, e);
        }
    }

    /// <summary>Takes a connection as provider.</summary>
    public static async Task<Wire> AcceptAsync(Socket socket, SslServerAuthenticationOptions? tls, DicomNetworkOptions options, CancellationToken cancellationToken)
    {
        Stream stream = new FastNetworkStream(socket, options.IsFast);
        if (tls is null)
            return new Wire(stream, options.Time);
        using var patience = new Patience(options.Time);
        var secure = new SslStream(stream);
        try
        {
            await secure.AuthenticateAsServerAsync(tls, patience.Begin(options.AssociationTimeout, cancellationToken));
            return new Wire(secure, options.Time);
        }
        catch (Exception e) when (e is IOException or AuthenticationException or OperationCanceledException)
        {
            await secure.DisposeAsync();
            throw new DicomNetworkException(DicomNetworkError.NotConnected, "TLS could not be agreed on.", isTransient: false, e);
        }
    }

    /// <summary>Reads some bytes; 0 at the end.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))] // once for each receive of a large object
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            var count = await _stream.ReadAsync(buffer, _reading.Begin(limit, cancellationToken));
            _reading.End();
            return count;
        }
        catch (Exception e) when (IsFailure(e))
        {
            var known = Explain(e, _reading, limit, cancellationToken);
            if (known is null)
                throw;
            throw known;
        }
    }

    /// <summary>Writes all bytes.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            await _stream.WriteAsync(bytes, _writing.Begin(limit, cancellationToken));
            _writing.End();
        }
        catch (Exception e) when (IsFailure(e))
        {
            var known = Explain(e, _writing, limit, cancellationToken);
            if (known is null)
                throw;
            throw known;
        }
    }

    /// <summary>Ends the connection; pending reads and writes fail.</summary>
    public void Close()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) == 0)
            _stream.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        Close();
        _reading.Dispose();
        _writing.Dispose();
        return ValueTask.CompletedTask;
    }

    private static bool IsFailure(Exception e) => e is IOException or SocketException or ObjectDisposedException or OperationCanceledException;

    /// <summary>What happened; null where the caller wanted it to end.</summary>
    private DicomNetworkException? Explain(Exception e, Patience patience, TimeSpan limit, CancellationToken cancellationToken)
    {
        var isClosed = Volatile.Read(ref _isClosed) == 1;
        if (patience.IsOver)
            return new DicomNetworkException(DicomNetworkError.TimedOut, $"The peer was silent, or took nothing, for {limit}.", isTransient: true, e);
        if (cancellationToken.IsCancellationRequested && e is OperationCanceledException)
            return null;
        return isClosed
            ? new DicomNetworkException(DicomNetworkError.Closed, "The association was closed on this side.", isTransient: true, e)
            : new DicomNetworkException(DicomNetworkError.ConnectionLost, "The connection was lost.", isTransient: true, e);
    }
}
