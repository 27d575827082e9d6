namespace MedStreams.Dicom.Pacs;

/// <summary>
/// Where objects rest between source and target, so that a slow target holds its source back: small ones in memory of a bounded size, large ones and those for which that has no
/// room in files. Nothing in it outlives a restart: what is found there when it is opened is deleted. Safe for several threads.
/// </summary>
public sealed class Spool
{
    /// <summary>How much memory a spool takes at most, unless told otherwise: 64 MiB.</summary>
    public const long UsualMemory = 64 << 20;

    private readonly string _folder;
    private readonly long _limit;
    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private long _used;
    private long _next;

    /// <summary>Opens a spool.</summary>
    /// <param name="folder">A folder of its own; made where it is missing, emptied where it is not.</param>
    /// <param name="limit">From how many bytes on new objects wait until others have left; at least one is always let in.</param>
    /// <param name="memory">How many bytes of memory it takes at most before it uses files; from 0.</param>
    /// <exception cref="IOException">The folder cannot be made or emptied.</exception>
    public Spool(string folder, long limit = 4L << 30, long memory = UsualMemory)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        ArgumentOutOfRangeException.ThrowIfNegative(memory);
        (_folder, _limit, Memory) = (Path.GetFullPath(folder), limit, new SpoolMemory(memory));
        Directory.CreateDirectory(_folder);
        foreach (var left in Directory.EnumerateFiles(_folder, "*" + SpooledContent.Extension))
            File.Delete(left);
    }

    private Spool() => (_folder, _limit, Memory) = ("", long.MaxValue, new SpoolMemory(0));

    /// <summary>
    /// Where what is only looked at passes through: it takes any number of objects and keeps nothing of them, so that none can be read again. Their digests are counted as they pass.
    /// </summary>
    public static Spool Nowhere { get; } = new() { KeepsNothing = true };

    internal SpoolMemory Memory { get; }

    internal bool KeepsNothing { get; private init; }

    /// <summary>How many bytes rest here.</summary>
    public long Used
    {
        get
        {
            lock (_gate)
                return _used;
        }
    }

    /// <summary>A new, empty object, as soon as there is room.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async ValueTask<SpooledContent> CreateAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            TaskCompletionSource room;
            lock (_gate)
            {
                if (_used < _limit)
                    return new SpooledContent(this, Path.Combine(_folder, $"{_next++:D12}{SpooledContent.Extension}"));
                _waiting.Enqueue(room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            }

            await room.Task.WaitAsync(cancellationToken);
        }
    }

    internal void Change(long bytes)
    {
        lock (_gate)
        {
            _used += bytes;
            while (_used < _limit && _waiting.TryDequeue(out var waiting))
                waiting.TrySetResult();
        }
    }
}
