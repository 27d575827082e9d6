using System.Globalization;
using System.Text;

namespace MedStreams.Sources.Pacs.Ftp;

/// <summary>Reads replies, of one line or several, from the control connection; a server that never ends one is cut off.</summary>
internal sealed class FtpLineReader(Encoding encoding)
{
    private const int LongestLine = 8 << 10;
    private const int MostLines = 1000;

    private readonly byte[] _buffer = new byte[LongestLine];
    private int _start;
    private int _end;

    /// <summary>Whether more was read than replies were asked for.</summary>
    public bool HasMore => _end > _start;

    /// <summary>The next reply.</summary>
    /// <exception cref="IOException">The connection ended, or this is no reply.</exception>
    public async Task<FtpReply> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var line = await ReadLineAsync(stream, cancellationToken);
        if (line.Length < 3 || !int.TryParse(line.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var code) || code is < 100 or > 599)
            throw new IOException("The server does not speak FTP.");
        if (line.Length == 3 || line[3] != '-')
            return new FtpReply(code, line.Length > 4 ? line[4..] : "");
        var end = line[..3] + " ";
        for (var i = 0; i < MostLines; i++)
        {
            line = await ReadLineAsync(stream, cancellationToken);
            if (line.StartsWith(end, StringComparison.Ordinal))
                return new FtpReply(code, line[4..]);
        }

        throw new IOException("The server's answer does not end.");
    }

    private async Task<string> ReadLineAsync(Stream stream, CancellationToken cancellationToken)
    {
        while (true)
        {
            var at = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (at >= 0)
            {
                var line = encoding.GetString(_buffer, _start, at).TrimEnd('\r');
                _start += at + 1;
                return line;
            }

            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
            if (_end == _buffer.Length)
                throw new IOException("The server's answer does not end.");
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            if (read == 0)
                throw new IOException("The server closed the connection.");
            _end += read;
        }
    }
}
