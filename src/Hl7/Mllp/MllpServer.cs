using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace MedStreams.Hl7.Mllp;

/// <summary>
/// A server for MLLP connections (HL7 v2, MLLP release 1), with or without TLS. What it receives goes to a handler, whose
/// answers go back in order; a connection is read no further than its handler keeps up, so that senders feel it when work
/// stands still. Faults of one connection end that connection only.
/// </summary>
public sealed class MllpServer : IAsyncDisposable
{
    private readonly MllpServerOptions _options;
    private readonly IMllpHandler _handler;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<long, Task> _connections = new();
    private readonly Task _accepting;
    private bool _isDisposed;

    private MllpServer(MllpServerOptions options, IMllpHandler handler)
    {
        _options = options;
        _handler = handler;
        _listener = new(options.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _listener.Bind(options.EndPoint);
            _listener.Listen(512);
        }
        catch
        {
            _listener.Dispose();
            throw;
        }

        EndPoint = (IPEndPoint)_listener.LocalEndPoint!;
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>How many connections there are.</summary>
    public int Connections => _connections.Count;

    /// <summary>Starts to listen.</summary>
    /// <exception cref="SocketException">The address is in use or may not be used.</exception>
    public static MllpServer Start(MllpServerOptions options, IMllpHandler handler)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(handler);
        return new(options, handler);
    }

    /// <summary>Stops listening, ends the connections and waits until their handlers have returned. The second call does nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
            return;
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        await Task.WhenAll(_connections.Values).ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        for (long id = 1; ; id++)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException || _stop.IsCancellationRequested)
            {
                return;
            }
            catch (SocketException)
            {
                // The peer went away before it was accepted; the listener is as it was.
                continue;
            }

            var peer = new MllpPeer(id, (IPEndPoint?)socket.RemoteEndPoint ?? new(IPAddress.None, 0), null);
            if (_connections.Count >= _options.MaxConnections)
            {
                _handler.Connection(MllpConnectionEvent.Refused, peer, null);
                socket.Dispose();
                continue;
            }

            var begin = new TaskCompletionSource();
            _connections[id] = ServeAsync(socket, peer, begin.Task);
            begin.SetResult();
        }
    }

    private async Task ServeAsync(Socket socket, MllpPeer peer, Task begin)
    {
        await begin.ConfigureAwait(false);
        var change = MllpConnectionEvent.Refused;
        Exception? fault = null;
        try
        {
            socket.NoDelay = true;
            var stream = new NetworkStream(socket, ownsSocket: true);
            await using (stream.ConfigureAwait(false))
            {
                var secured = await SecureAsync(stream).ConfigureAwait(false);
                await using (secured.ConfigureAwait(false))
                {
                    peer = peer with { Certificate = (secured as SslStream)?.RemoteCertificate?.Subject };
                    _handler.Connection(MllpConnectionEvent.Began, peer, null);
                    change = MllpConnectionEvent.Ended;
                    await MllpConnection.RunAsync(secured, peer, _options, _handler, _stop.Token).ConfigureAwait(false);
                }
            }
        }
        catch (Exception e)
        {
            // Whatever it was, it ends this connection and is told to the handler; the server goes on.
            fault = _stop.IsCancellationRequested ? null : e;
        }
        finally
        {
            socket.Dispose();
            _connections.TryRemove(peer.Id, out _);
            _handler.Connection(change, peer, fault);
        }
    }

    private async Task<Stream> SecureAsync(NetworkStream stream)
    {
        if (_options.Tls is not { } tls)
            return stream;
        var secured = new SslStream(stream, leaveInnerStreamOpen: true);
        using var timeout = new CancellationTokenSource(_options.ReceiveTimeout, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stop.Token);
        try
        {
            await secured.AuthenticateAsServerAsync(tls, either.Token).ConfigureAwait(false);
            return secured;
        }
        catch
        {
            await secured.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
