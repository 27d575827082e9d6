using System.Net.Sockets;
using MedStreams.Dicom;

namespace MedStreams.Sources.Pacs.Located;

/// <summary>
/// Reads an object to its end, and takes the reading up again where it was cut. What comes out is one object or an <see cref="ObjectStoreException"/>, never the
/// beginning of one and the end of another. Reading only, asynchronously; not thread-safe.
/// </summary>
internal sealed class ResumingStream(IObjectStore store, string location, LocatedFetcherOptions options, TimeProvider time) : ReadOnlyStream
{
    private OpenedObject? _opened;
    private string? _version;
    private long _position;
    private int _failures;

    /// <summary>How many bytes the object has; null where the store does not tell.</summary>
    public long? Total { get; private set; }

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    /// <summary>Opens the object, so that its length is known.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        while (_opened is null)
        {
            try
            {
                await ReopenAsync(cancellationToken);
            }
            catch (Exception e) when (IsCut(e, cancellationToken))
            {
                await WaitAsync(e, cancellationToken);
            }
        }
    }

    /// <summary>Whether the object is still the one that was opened, as far as the store can tell.</summary>
    public async Task<bool> IsUnchangedAsync(CancellationToken cancellationToken) =>
        _version is null || await store.VersionAsync(location, cancellationToken) is not { } now || now == _version;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                if (_opened is null)
                    await ReopenAsync(cancellationToken);
                var read = await ReadOnceAsync(buffer, cancellationToken);
                if (read == 0 && _position < Total && buffer.Length > 0)
                    throw new ObjectStoreException(ObjectStoreFailure.Interrupted, $"The reading ended after {_position} of {Total} bytes.");
                _position += read;
                _failures = read > 0 ? 0 : _failures;
                return read;
            }
            catch (Exception e) when (IsCut(e, cancellationToken))
            {
                await WaitAsync(e, cancellationToken);
            }
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await base.DisposeAsync();
    }

    private async Task<int> ReadOnceAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var idle = new CancellationTokenSource(options.IdleLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, cancellationToken);
        return await _opened!.Content.ReadAsync(buffer, either.Token);
    }

    private async Task ReopenAsync(CancellationToken cancellationToken)
    {
        var opened = await store.OpenAsync(location, _position, cancellationToken);
        if (_position > 0 && (opened.Version != _version || opened.Length != Total))
        {
            await opened.DisposeAsync();
            throw new ObjectStoreException(ObjectStoreFailure.Changed, "The object was changed while it was read.");
        }

        (_opened, _version, Total) = (opened, opened.Version, opened.Length);
    }

    /// <summary>Whether to go on reading may help; a cancellation that nobody asked for is the limit of <see cref="LocatedFetcherOptions.IdleLimit"/>.</summary>
    private static bool IsCut(Exception e, CancellationToken cancellationToken) => !cancellationToken.IsCancellationRequested
        && e is ObjectStoreException { Failure: ObjectStoreFailure.Interrupted or ObjectStoreFailure.Unavailable }
            or IOException or SocketException or HttpRequestException or TimeoutException or OperationCanceledException;

    private async Task WaitAsync(Exception reason, CancellationToken cancellationToken)
    {
        await CloseAsync();
        if (_failures >= options.Retries)
            throw reason as ObjectStoreException ?? new ObjectStoreException(ObjectStoreFailure.Interrupted, $"The reading was cut after {_position} bytes.", reason);
        await Task.Delay(options.RetryDelay * Math.Pow(2, Math.Min(_failures++, 10)), time, cancellationToken);
    }

    private async Task CloseAsync()
    {
        var opened = _opened;
        _opened = null;
        if (opened is not null)
            await opened.DisposeAsync();
    }
}
