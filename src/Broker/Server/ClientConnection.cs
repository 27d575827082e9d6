using System.Net.Sockets;
using MedStreams.Broker.Api;
using MedStreams.Broker.Protocol;
using Microsoft.Extensions.Logging;

namespace MedStreams.Broker.Server;

/// <summary>
/// Serves one connection: requests are begun in the order in which they come, and answered in that order. The next request
/// is begun when all before it are answered; only a Produce request that follows others is begun at once, so that
/// several wait for the same sync.
/// </summary>
internal sealed class ClientConnection : IDisposable
{
    private const int MaxPending = 32;
    private const long MaxPendingBytes = 64L << 20;

    private readonly IConnectionStream _stream;
    private readonly FrameReader _reader;
    private readonly ConnectionContext _context;
    private readonly ApiDispatcher _dispatcher;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;
    private Task _answers = Task.CompletedTask;
    private int _pending;
    private long _pendingBytes;
    private long _lastRequest;
    private Exception? _reason;
    private bool _onlyProduces = true;

    /// <summary>A connection that was accepted.</summary>
    public ClientConnection(
        IConnectionStream stream, ConnectionContext context, ApiDispatcher dispatcher, BrokerContext broker)
    {
        _stream = stream;
        _reader = new FrameReader(stream, broker.Options.MaxRequestBytes);
        _context = context;
        _dispatcher = dispatcher;
        _logger = broker.Logger;
        _clock = broker.Clock;
        _lastRequest = _clock.GetTimestamp();
    }

    /// <summary>Serves the client until it leaves, errs, or the broker stops. Does not throw.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await using (stopping.Register(_stream.Dispose))
        {
            try
            {
                while (await _reader.ReadAsync(stopping) is { } frame)
                    await BeginAsync(frame, ending.Token);
            }
            catch (Exception exception)
            {
                End(exception);
            }

            await ending.CancelAsync();
            await _answers;
        }

        Report();
    }

    /// <summary>Ends the connection when nothing was asked for a time.</summary>
    public void CloseIfIdle(TimeSpan idle)
    {
        if (Volatile.Read(ref _pending) == 0 && _clock.GetElapsedTime(Volatile.Read(ref _lastRequest)) > idle)
            _stream.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        _reader.Dispose();
    }

    private async ValueTask BeginAsync(Frame frame, CancellationToken ending)
    {
        if (!RequestFrame.TryRead(frame.Bytes, out var request))
        {
            frame.Dispose();
            throw new MalformedFrameException("A request without a proper header.");
        }

        Volatile.Write(ref _lastRequest, _clock.GetTimestamp());
        var isProduce = request.Header.RequestApiKey == ApiKey.Produce;
        if (!isProduce || !_onlyProduces || _pending >= MaxPending || Volatile.Read(ref _pendingBytes) > MaxPendingBytes)
            await _answers;
        _onlyProduces = isProduce;
        Interlocked.Increment(ref _pending);
        Interlocked.Add(ref _pendingBytes, frame.Length);
        _answers = AnswerAsync(_answers, frame, new RequestContext(request, _context), ending);
        if (!isProduce)
            await _answers;
    }

    /// <summary>Begins a request at once and answers it after those before it. Does not throw.</summary>
    private async Task AnswerAsync(Task before, Frame frame, RequestContext request, CancellationToken ending)
    {
        try
        {
            // Begun before anything is awaited: this is what keeps appends in order.
            using var response = await _dispatcher.HandleAsync(request, ending);
            await before;
            if (request.MustClose)
                throw new MalformedRequestException(request.Frame.Header.RequestApiKey, request.Version);
            if (response is not null)
                await _stream.SendAsync(response, ending);
        }
        catch (Exception exception)
        {
            End(exception);
        }
        finally
        {
            Interlocked.Decrement(ref _pending);
            Interlocked.Add(ref _pendingBytes, -frame.Length);
            request.Dispose();
            frame.Dispose();
        }
    }

    /// <summary>Closes the connection; the first reason is the one that is reported.</summary>
    private void End(Exception reason)
    {
        Interlocked.CompareExchange(ref _reason, reason, null);
        _stream.Dispose();
    }

    private void Report()
    {
        switch (_reason)
        {
            case null:
                break;
            case SocketException or IOException or OperationCanceledException or ObjectDisposedException:
                ServerLogs.ConnectionLost(_logger, _reason, _context.Id, _context.Remote);
                break;
            case MalformedFrameException or MalformedRequestException:
                ServerLogs.ConnectionRefused(_logger, _reason.Message, _context.Id, _context.Remote);
                break;
            default:
                ServerLogs.RequestFailed(_logger, _reason, _context.Id, _context.Remote);
                break;
        }
    }
}
