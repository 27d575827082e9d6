using System.Globalization;
using System.Text;

namespace MedStreams.Broker.Storage;

/// <summary>
/// Gives out producer ids, each once for the life of the data directory: a block of them is durably taken before its first
/// is given out, and a restart begins with the next block. Safe for concurrent use.
/// </summary>
internal sealed class ProducerIds
{
    private const string FileName = "producer-ids";
    private const int BlockSize = 1000;

    private readonly Lock _gate = new();
    private readonly IFileSystem _files;
    private readonly string _path;
    private long _next;
    private long _blockEnd;

    /// <summary>Reads where the last block ended.</summary>
    /// <exception cref="BrokerException">The file is damaged.</exception>
    public ProducerIds(IFileSystem files, string directory)
    {
        _files = files;
        _path = Path.Combine(directory, FileName);
        if (DurableFile.Read(files, _path) is not { } content)
            return;
        if (!long.TryParse(Encoding.ASCII.GetString(content), NumberStyles.None, CultureInfo.InvariantCulture, out _next))
            throw new BrokerException($"{_path} does not hold a number.");
        _blockEnd = _next;
    }

    /// <summary>An id that was never given out before.</summary>
    /// <exception cref="IOException">A new block could not be taken; no id was given out.</exception>
    public long Next()
    {
        lock (_gate)
        {
            if (_next == _blockEnd)
            {
                var end = _blockEnd + BlockSize;
                DurableFile.Replace(_files, _path, Encoding.ASCII.GetBytes(end.ToString(CultureInfo.InvariantCulture)));
                _blockEnd = end;
            }

            return _next++;
        }
    }
}
