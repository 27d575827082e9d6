using System.Net.Sockets;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Tests.Server;

namespace MedStreams.Broker.Tests.Kill;

/// <summary>
/// A client's connection to a broker that dies again and again: a request is sent until it is answered, on a new connection
/// each time. Not for use by several tasks.
/// </summary>
internal sealed class Wire(int port, CancellationToken stop) : IDisposable
{
    private RawClient? _connection;

    /// <summary>Sends a request until there is an answer.</summary>
    public async Task<TResponse> AskAsync<TRequest, TResponse>(short version, TRequest request)
        where TRequest : class, IRequest<TResponse>
        where TResponse : class, IResponse, new()
    {
        while (true)
        {
            if (await TryAskAsync<TRequest, TResponse>(version, request) is { } response)
                return response;
        }
    }

    /// <summary>Sends a request once; null when the connection ends before the answer.</summary>
    public async Task<TResponse?> TryAskAsync<TRequest, TResponse>(short version, TRequest request)
        where TRequest : class, IRequest<TResponse>
        where TResponse : class, IResponse, new()
    {
        try
        {
            _connection ??= await ConnectAsync();
            return await _connection.AskAsync<TRequest, TResponse>(version, request).WaitAsync(TimeSpan.FromSeconds(30), stop);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            Dispose();
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _connection?.Dispose();
        _connection = null;
    }

    private async Task<RawClient> ConnectAsync()
    {
        while (true)
        {
            try
            {
                return await RawClient.ConnectAsync(port);
            }
            catch (SocketException)
            {
                await Task.Delay(1, stop);
            }
        }
    }
}
