using System.Globalization;
using System.Net.Sockets;
using MedStreams.Sources.Pacs.Located;

namespace MedStreams.Sources.Pacs.Ftp;

/// <summary>
/// Files of an FTP server, under <c>ftp:</c> addresses, over a few connections that are used again. A reading that was cut goes on within the file. Safe for
/// several threads.
/// </summary>
public sealed class FtpObjectStore : IObjectStore, IAsyncDisposable
{
    private readonly FtpStoreOptions _options;
    private readonly FtpPool _pool;

    /// <summary>A store; connects when it is read.</summary>
    /// <exception cref="ArgumentException">A value of the options is out of its range.</exception>
    public FtpObjectStore(FtpStoreOptions options, TimeProvider time)
    {
        if (!options.IsValid)
            throw new ArgumentException("A value is out of its range.", nameof(options));
        (_options, _pool) = (options, new FtpPool(options, time));
    }

    /// <inheritdoc/>
    public string Name => $"FTP server {_options.Host}";

    /// <inheritdoc/>
    public async Task<OpenedObject> OpenAsync(string location, long offset, CancellationToken cancellationToken)
    {
        var path = Parse(location);
        return await WithAsync(
            async connection =>
            {
                var (length, version) = await LookAsync(connection, path, cancellationToken);
                var data = await connection.RetrieveAsync(path, offset, cancellationToken);
                return (new OpenedObject(new FtpDataStream(data, connection, _pool, length - offset), length, version), true);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<string?> VersionAsync(string location, CancellationToken cancellationToken)
    {
        var path = Parse(location);
        return await WithAsync(async connection => ((await LookAsync(connection, path, cancellationToken)).Version, false), cancellationToken);
    }

    /// <summary>Closes the connections that rest; those in use are closed when they are given back.</summary>
    public ValueTask DisposeAsync() => _pool.DisposeAsync();

    private string Parse(string location)
    {
        if (!FtpLocation.TryParse(location, out var host, out var port, out var path)
            || !string.Equals(host, _options.Host, StringComparison.OrdinalIgnoreCase)
            || port != _options.Port
            || !_options.Roots.Any(r => Files.RealPath.IsWithin(path, r.Length > 1 ? r.TrimEnd('/') : r)))
        {
            throw new ObjectStoreException(ObjectStoreFailure.Refused, "Its address is none of the declared server and folders. Declare them if it is to be read.");
        }

        return path;
    }

    /// <summary>Runs something on a connection, which is given back unless the result keeps it.</summary>
    private async Task<T> WithAsync<T>(Func<FtpConnection, Task<(T Result, bool KeepsConnection)>> run, CancellationToken cancellationToken)
    {
        FtpConnection? connection = null;
        try
        {
            connection = await _pool.TakeAsync(cancellationToken);
            var (result, keeps) = await run(connection);
            if (!keeps)
                await _pool.GiveBackAsync(connection, isGood: true);
            return result;
        }
        catch (Exception e)
        {
            if (connection is not null)
                await _pool.GiveBackAsync(connection, isGood: e is ObjectStoreException { Failure: ObjectStoreFailure.NotThere });
            if (e is IOException or SocketException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
                throw new ObjectStoreException(ObjectStoreFailure.Unavailable, "The server does not answer, or not in time.", e);
            throw;
        }
    }

    /// <summary>Length and version by SIZE and MDTM (RFC 3659); what the server does not know is null.</summary>
    private static async Task<(long? Length, string? Version)> LookAsync(FtpConnection connection, string path, CancellationToken cancellationToken)
    {
        var size = await connection.AskAsync($"SIZE {path}", cancellationToken);
        if (size.Code is 550 or 450)
            throw FtpFailure.Of(size);
        long? length = size.Code == 213 && long.TryParse(size.Text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : null;
        var time = await connection.AskAsync($"MDTM {path}", cancellationToken);
        return (length, length is null && time.Code != 213 ? null : $"{length}-{(time.Code == 213 ? time.Text.Trim() : "")}");
    }
}
