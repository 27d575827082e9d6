using MedStreams.Broker.Api;
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
    private const int MaxPending = 32;
    private const long MaxPendingBytes = 64L << 20;

    private readonly IConnectionStream _stream;
    private readonly FrameReader _reader;
    private readonly ApiDispatcher _dispatcher;
    private readonly BrokerOptions _options;
    private readonly BrokerSecurity _security;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;
    private readonly TransferDeadline _receiving;
    private readonly TransferDeadline _sending;
    private ConnectionContext _context;
    private Task _answers = Task.CompletedTask;
    private int _pending;
    private long _pendingBytes;
    private long _lastRequest;
    private Exception? _reason;
    private bool _onlyProduces = true;

    /// <summary>A connection that was accepted.</summary>
    public ClientConnection(
        IConnectionStream stream, ConnectionContext context, ApiDispatcher dispatcher, BrokerContext broker, RequestMemory memory)
    {
        _stream = stream;
        _context = context;
        _dispatcher = dispatcher;
        _options = broker.Options;
        _security = broker.Security;
        _logger = broker.Logger;
        _clock = broker.Clock;
        _receiving = new TransferDeadline(_clock, _options.TransferTimeout);
        _sending = new TransferDeadline(_clock, _options.TransferTimeout);
        _reader = new FrameReader(stream, memory, _receiving) { MaxLength = _options.MaxRequestBytes };
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
                if (await EstablishAsync(ending.Token))
                {
                    while (await _reader.ReadAsync(ending.Token) is { } frame)
                        await BeginAsync(frame, ending.Token);
                }
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

    /// <summary>Ends the connection when nothing was asked for a time, or what is under way takes too long.</summary>
    public void CloseIfOverdue()
    {
        if (_receiving.IsOverdue)
            End(new OverdueException("A request took too long to arrive."));
        else if (_sending.IsOverdue)
            End(new OverdueException("A response was not taken in time."));
        else if (Volatile.Read(ref _pending) == 0 && _clock.GetElapsedTime(Volatile.Read(ref _lastRequest)) > _options.ConnectionIdleTimeout)
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
        RequestFrame request;
        try
        {
            if (!RequestFrame.TryRead(frame.Bytes, out request))
                throw new MalformedFrameException($"A request of {frame.Length} bytes without a proper header.");
            Volatile.Write(ref _lastRequest, _clock.GetTimestamp());
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
    }

    /// <summary>Closes the connection; the first reason is the one that is reported.</summary>
    private void End(Exception reason)
    {
        Interlocked.CompareExchange(ref _reason, reason, null);
        _stream.Dispose();
    }
}

/// <summary>A client is too slow.</summary>
internal sealed class OverdueException(string message) : Exception(message);
