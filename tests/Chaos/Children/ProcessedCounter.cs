using System.IO.MemoryMappedFiles;

namespace MedStreams.Chaos.Tests.Children;

/// <summary>How many records a runner has counted: a number in a file that outlives kill -9, and goes on with the next process.</summary>
internal sealed class ProcessedCounter : IDisposable
{
    private const string Name = "processed";
    private readonly Lock _lock = new();
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    public ProcessedCounter(string folder)
    {
        _file = MemoryMappedFile.CreateFromFile(Path.Combine(folder, Name), FileMode.OpenOrCreate, null, sizeof(long));
        _view = _file.CreateViewAccessor();
    }

    public static long Read(string folder)
    {
        if (!File.Exists(Path.Combine(folder, Name)))
            return 0;
        using var counter = new ProcessedCounter(folder);
        return counter._view.ReadInt64(0);
    }

    public void Increment()
    {
        lock (_lock)
            _view.Write(0, _view.ReadInt64(0) + 1);
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
