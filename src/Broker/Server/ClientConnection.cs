using MedStreams.Broker.Api;
using MedStreams.Broker.Metrics;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;
using Microsoft.Extensions.Logging;

namespace MedStreams.Broker.Server;

/// <summary>
/// Serves one connection: requests are begun in the order in which they come, and answered in that order. The next request
/// is begun when all before it are answered; only a Produce request that follows others is begun at once, so that
/// several wait for the same sync.
/// </summary>
internal sealed partial class ClientConnection : IDisposable
{
    private const int MaxPending = 1024;
    private const long MaxPendingBytes = 64L << 20;
    private static readonly TimeSpan LongWait = TimeSpan.FromSeconds(1);

    private readonly IConnectionStream _stream;
    private readonly FrameReader _reader;
    private readonly ApiDispatcher _dispatcher;
    private readonly BrokerOptions _options;
    private readonly BrokerSecurity _security;
    private readonly BrokerMetrics _metrics;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;
    private readonly TransferDeadline _receiving;
    private readonly TransferDeadline _sending;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _ending = new();
    private ConnectionContext _context;
    private Task _answers = Task.CompletedTask;
    private int _pending;
    private long _pendingBytes;
    private long _lastRequest;
    private Exception? _reason;
    private bool _onlyProduces = true;
    private bool _isOver;

    /// <summary>A connection that was accepted.</summary>
    public ClientConnection(
        IConnectionStream stream, ConnectionContext context, ApiDispatcher dispatcher, BrokerContext broker, RequestMemory memory)
    {
        _stream = stream;
        _context = context;
        _dispatcher = dispatcher;
        _options = broker.Options;
        _security = broker.Security;
        _metrics = broker.Metrics;
        _logger = broker.Logger;
        _clock = broker.Clock;
        _receiving = new TransferDeadline(_clock, _options.TransferTimeout);
        _sending = new TransferDeadline(_clock, _options.TransferTimeout);
        _reader = new FrameReader(stream, memory, _receiving) { MaxLength = _options.MaxRequestBytes };
        _lastRequest = _clock.GetTimestamp();
    }

    /// <summary>The listener that the client connected to.</summary>
    public BrokerListener Listener => _context.Listener;

    /// <summary>Serves the client until it leaves, errs, or the broker stops. Does not throw.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        await using (stopping.Register(BreakOff))
        {
            try
            {
                if (await EstablishAsync(_ending.Token))
                {
                    while (await _reader.ReadAsync(_ending.Token) is { } frame)
                        await BeginAsync(frame, _ending.Token);
                }
            }
            catch (Exception exception)
            {
                End(exception);
            }

            BreakOff();
            await _answers;
        }

        Report();
    }

    /// <summary>
    /// Ends the connection when nothing was asked for a time, what is under way takes too long, or the client has left while
    /// its request waits: nobody reads from the connection then, and the wait may be long.
    /// </summary>
    public void CloseIfOverdue()
    {
        var silence = _clock.GetElapsedTime(Volatile.Read(ref _lastRequest));
        if (_receiving.IsOverdue)
            End(new OverdueException("A request took too long to arrive."));
        else if (_sending.IsOverdue)
            End(new OverdueException("A response was not taken in time."));
        else if (Volatile.Read(ref _pending) == 0 && silence > _options.ConnectionIdleTimeout)
            BreakOff();
        else if (Volatile.Read(ref _pending) > 0 && !_onlyProduces && silence > LongWait && _stream.HasPeerLeft)
            End(new IOException("The client left while its request waited."));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
            _ending.Dispose();
        }

        _stream.Dispose();
        _reader.Dispose();
    }

    private async ValueTask BeginAsync(Frame frame, CancellationToken ending)
    {
        RequestFrame request;
        try
        {
            if (!RequestFrame.TryRead(frame.Bytes, out request))
                throw new MalformedFrameException($"A request of {frame.Length} bytes without a proper header.");
            Volatile.Write(ref _lastRequest, _clock.GetTimestamp());
            _metrics.Received(_context.Listener.Name, frame.Length + sizeof(int));
            if (await RenewAsync(request, frame, ending))
                return;
        }
        catch
        {
            frame.Dispose();
            throw;
        }

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
                throw new MalformedRequestException(request.Frame.Header.RequestApiKey, request.Version, "asked for no answer and was refused");
            if (response is not null)
                await SendAsync(response, ending);
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

    private async ValueTask SendAsync(FrameWriter response, CancellationToken ending)
    {
        _sending.Begin(response.Length);
        await _stream.SendAsync(response, ending);
        _sending.End();
        _metrics.Sent(_context.Listener.Name, response.Length);
    }

    /// <summary>Closes the connection; the first reason is the one that is reported.</summary>
    private void End(Exception reason)
    {
        Interlocked.CompareExchange(ref _reason, reason, null);
        BreakOff();
    }

    /// <summary>Ends what is received and sent, and what requests wait for. May be called at any time, by any thread.</summary>
    private void BreakOff()
    {
        _stream.Dispose();
        lock (_gate)
        {
            // Whoever waits is told by a thread of the pool, never under this lock.
            if (!_isOver)
                _ = _ending.CancelAsync();
        }
    }
}

/// <summary>A client is too slow.</summary>
internal sealed class OverdueException(string message) : Exception(message);
