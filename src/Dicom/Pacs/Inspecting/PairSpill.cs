using System.Text;

namespace MedStreams.Dicom.Pacs.Inspecting;

/// <summary>
/// Pairs of texts, more than memory holds, to find which first ones come with several second ones: spread over files by the first, of which one at a time is read.
/// Adding is safe for several threads.
/// </summary>
internal sealed class PairSpill : IDisposable
{
    private const int Files = 128;
    private readonly string _folder;
    private readonly BinaryWriter?[] _writers = new BinaryWriter?[Files];

    public PairSpill(string folder) => _folder = Directory.CreateDirectory(folder).FullName;

    public void Add(string first, string second)
    {
        var file = (uint)string.GetHashCode(first, StringComparison.Ordinal) % Files;
        lock (_writers)
        {
            var writer = _writers[file] ??= new BinaryWriter(new FileStream(PathOf(file), FileMode.CreateNew, FileAccess.Write, FileShare.None, 16 << 10), Encoding.UTF8);
            writer.Write(first);
            writer.Write(second);
        }
    }

    /// <summary>The first ones that were added more than once, with all that came with them.</summary>
    public IEnumerable<(string First, IReadOnlyList<string> Seconds)> Repeated()
    {
        for (var file = 0u; file < Files; file++)
        {
            if (_writers[file] is not { } writer)
                continue;
            writer.Dispose();
            _writers[file] = null;
            foreach (var (first, seconds) in Read(PathOf(file)))
                yield return (first, seconds);
        }
    }

    public void Dispose()
    {
        foreach (var writer in _writers)
            writer?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static Dictionary<string, List<string>> Read(string path)
    {
        var (once, more) = (new Dictionary<string, string>(StringComparer.Ordinal), new Dictionary<string, List<string>>(StringComparer.Ordinal));
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 64 << 10);
        using var reader = new BinaryReader(stream, Encoding.UTF8);
        while (stream.Position < stream.Length)
        {
            var (first, second) = (reader.ReadString(), reader.ReadString());
            if (once.TryAdd(first, second))
                continue;
            if (!more.TryGetValue(first, out var seconds))
                more.Add(first, seconds = [once[first]]);
            seconds.Add(second);
        }

        return more;
    }

    private string PathOf(uint file) => Path.Combine(_folder, FormattableString.Invariant($"{file:D3}.pairs"));
}
