namespace MedStreams.Sources.Pacs.Ftp;

/// <summary>Connections that are used one after the other. Safe for several threads.</summary>
internal sealed class FtpPool(FtpStoreOptions options, TimeProvider time) : IAsyncDisposable
{
    private readonly SemaphoreSlim _room = new(options.Connections);
    private readonly Stack<FtpConnection> _resting = new();
    private bool _isClosed;

    /// <summary>A connection, an old one if it still lives; it is given back by <see cref="GiveBackAsync"/>.</summary>
    public async Task<FtpConnection> TakeAsync(CancellationToken cancellationToken)
    {
        await _room.WaitAsync(cancellationToken);
        try
        {
            while (Rested() is { } connection)
            {
                if (time.GetElapsedTime(connection.RestsSince) < options.RestLimit && connection.IsFresh())
                    return connection;
                await connection.DisposeAsync();
            }

            return await FtpConnection.OpenAsync(options, time, cancellationToken);
        }
        catch
        {
            _room.Release();
            throw;
        }
    }

    /// <summary>Gives a connection back.</summary>
    /// <param name="connection">Which.</param>
    /// <param name="isGood">Whether it can be used again; else it is closed.</param>
    public async ValueTask GiveBackAsync(FtpConnection connection, bool isGood)
    {
        connection.RestsSince = time.GetTimestamp();
        lock (_resting)
        {
            isGood &= !_isClosed;
            if (isGood)
                _resting.Push(connection);
        }

        if (!isGood)
            await connection.DisposeAsync();
        _room.Release();
    }

    public async ValueTask DisposeAsync()
    {
        lock (_resting)
            _isClosed = true;
        while (Rested() is { } connection)
            await connection.DisposeAsync();
    }

    private FtpConnection? Rested()
    {
        lock (_resting)
            return _resting.TryPop(out var connection) ? connection : null;
    }
}
