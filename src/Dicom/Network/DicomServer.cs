using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using MedStreams.Dicom.Network.Services;

namespace MedStreams.Dicom.Network;

/// <summary>
/// A DICOM provider: C-ECHO, C-STORE, Storage Commitment and its reports, as far as there are handlers. Each association has a task of its own. Start and stop
/// once; safe for concurrent use.
/// </summary>
public sealed class DicomServer : IAsyncDisposable
{
    private readonly DicomServerOptions _options;
    private readonly DicomHandlers _handlers;
    private readonly Socket _listener;
    private readonly CommitmentReporter? _reporter;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<ServedAssociation, Task> _served = new();
    private readonly Task _accepting;

    private DicomServer(DicomServerOptions options, DicomHandlers handlers, Socket listener)
    {
        (_options, _handlers, _listener) = (options, handlers, listener);
        _reporter = handlers.Commitment is { } provider ? new CommitmentReporter(provider, options.Network, handlers.OnFault) : null;
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndPoint!;

    /// <summary>How many associations there are now, with those that are just beginning.</summary>
    public int Associations => _served.Count;

    /// <summary>Listens, and serves from then on.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="SocketException">The port is taken.</exception>
    public static DicomServer Start(DicomServerOptions options, DicomHandlers handlers)
    {
        options.Network.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxAssociations, 1, nameof(options));
        var listener = new Socket(options.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(new IPEndPoint(options.Address, options.Port));
            listener.Listen(128);
            return new DicomServer(options, handlers, listener);
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Stops in order: nobody new comes in, associations that wait for a request are aborted, messages under way are finished within the grace.
    /// </summary>
    public async Task StopAsync()
    {
        if (_stop.IsCancellationRequested)
            return;
        await _stop.CancelAsync();
        await _accepting;
        foreach (var association in _served.Keys)
            association.Stop();
        try
        {
            await Task.WhenAll(_served.Values).WaitAsync(_options.StopGrace, _options.Network.Time);
        }
        catch (TimeoutException)
        {
            foreach (var association in _served.Keys)
                association.Abort();
            await Task.WhenAll(_served.Values);
        }

        if (_reporter is not null)
            await _reporter.DisposeAsync();
    }

    /// <summary>Stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptAsync(_stop.Token);
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (SocketException e)
            {
                _handlers.OnFault?.Invoke(e); // one that came is gone again; the others are still to come
                continue;
            }

            var association = new ServedAssociation(socket, _options, _handlers, _reporter, isOneTooMany: _served.Count >= _options.MaxAssociations);
            var serving = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _served[association] = serving.Task;
            _ = ServeAsync(association, serving);
        }

        _listener.Close();
    }

    private async Task ServeAsync(ServedAssociation association, TaskCompletionSource served)
    {
        await Task.Yield();
        try
        {
            await association.RunAsync();
        }
        finally
        {
            _served.TryRemove(association, out _);
            association.Dispose();
            served.SetResult();
        }
    }
}
