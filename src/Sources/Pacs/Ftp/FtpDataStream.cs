using MedStreams.Dicom;

namespace MedStreams.Sources.Pacs.Ftp;

/// <summary>The bytes of a file. At their end the server must say that they were all; only then the connection is used again. Reading only; not thread-safe.</summary>
/// <param name="data">The data connection.</param>
/// <param name="connection">The control connection.</param>
/// <param name="pool">Whose it is.</param>
/// <param name="expected">How many bytes are to come; null where the server does not tell. After fewer its word is not waited for.</param>
internal sealed class FtpDataStream(Stream data, FtpConnection connection, FtpPool pool, long? expected) : ReadOnlyStream
{
    private long _read;
    private bool _isWhole;
    private bool _isGivenBack;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_isWhole)
            return 0;
        var read = await data.ReadAsync(buffer, cancellationToken);
        _read += read;
        if (read > 0 || buffer.Length == 0)
            return read;
        if (_read < expected)
            throw new IOException("The data connection ended early.");
        await data.DisposeAsync();
        await connection.EndAsync(cancellationToken);
        _isWhole = true;
        await GiveBackAsync();
        return 0;
    }

    public override async ValueTask DisposeAsync()
    {
        await data.DisposeAsync();
        await GiveBackAsync();
        await base.DisposeAsync();
    }

    private async ValueTask GiveBackAsync()
    {
        if (_isGivenBack)
            return;
        _isGivenBack = true;
        await pool.GiveBackAsync(connection, _isWhole);
    }
}
