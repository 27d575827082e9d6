using System.Globalization;
using System.Text;
using MedStreams.Streams;

namespace MedStreams.Sinks.Tests.Conformance;

/// <summary>
/// A small sink onto files, as an example of the contract: a folder for each partition with lines, and beside them a state (epoch, next
/// offset, length of the valid lines) that is replaced whole. Lines beyond that length are what a commit left that did not end.
/// </summary>
internal sealed class FileSink<TKey, TValue>(string folder, Func<Record<TKey, TValue>, string> lineOf) : ISink<TKey, TValue>
{
    public ValueTask<ISinkWriter<TKey, TValue>> ClaimAsync(SinkPartition partition, CancellationToken cancellationToken)
    {
        var files = new PartitionFiles(folder, partition);
        using var locked = files.Lock(create: true);
        var state = files.ReadState();
        var claimed = state with { Epoch = state.Epoch + 1 };
        files.WriteState(claimed);
        return ValueTask.FromResult<ISinkWriter<TKey, TValue>>(new Writer(files, lineOf, claimed));
    }

    /// <summary>The committed lines of all partitions.</summary>
    public static IEnumerable<string> ReadLines(string folder) => Directory.EnumerateDirectories(folder)
        .SelectMany(static f => PartitionFiles.ReadLines(f));

    private sealed class Writer(PartitionFiles files, Func<Record<TKey, TValue>, string> lineOf, FileState claimed) : ISinkWriter<TKey, TValue>
    {
        private readonly List<(long Offset, string Line)> _buffer = [];

        public long? NextOffset { get; private set; } = claimed.NextOffset;

        public long BufferedBytes => _buffer.Sum(static b => (long)b.Line.Length + 1);

        public void Write(in Record<TKey, TValue> record, RecordMetadata metadata)
        {
            if (NextOffset is not { } next || metadata.Offset >= next)
                _buffer.Add((metadata.Offset, lineOf(record)));
        }

        public async ValueTask CommitAsync(long nextOffset, RejectedRecordsHandler reject, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var refused = _buffer.Where(static b => b.Line.Contains('\n', StringComparison.Ordinal))
                .Select(static b => new RejectedRecord(b.Offset, "a line break within a line")).ToList();
            if (refused.Count > 0)
                await reject(refused, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            using (files.Lock(create: false))
            {
                var state = files.ReadState();
                if (state.Epoch != claimed.Epoch)
                    throw new SinkFencedException($"The claim of epoch {claimed.Epoch} is over: {state.Epoch} is the owner's.");
                var lines = _buffer.Where(static b => !b.Line.Contains('\n', StringComparison.Ordinal)).Select(static b => b.Line);
                var length = files.Append(state.Length, lines, cancellationToken);
                files.WriteState(state with { NextOffset = nextOffset, Length = length });
            }

            _buffer.Clear();
            NextOffset = nextOffset;
        }

        public void Discard() => _buffer.Clear();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

/// <summary>What is known of a partition.</summary>
internal sealed record FileState(long Epoch, long? NextOffset, long Length);

/// <summary>The files of one partition.</summary>
internal sealed class PartitionFiles(string folder, SinkPartition partition)
{
    private readonly string _path = Path.Combine(
        folder, $"{partition.ApplicationId}.{partition.Sink}.{partition.Topic}.{partition.Partition}");

    public static IEnumerable<string> ReadLines(string path)
    {
        var state = Read(path);
        using var data = new FileStream(Path.Combine(path, "data"), FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[state.Length];
        data.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Keeps everybody else away until it is disposed of.</summary>
    public FileStream Lock(bool create) => Try(() =>
    {
        if (create && Directory.Exists(folder))
            Directory.CreateDirectory(_path);
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(_path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (e is not (DirectoryNotFoundException or FileNotFoundException)
                && TimeProvider.System.GetElapsedTime(since) < TimeSpan.FromSeconds(5))
            {
                Thread.Yield();
            }
        }
    });

    public FileState ReadState() => Try(() => Read(_path));

    public void WriteState(FileState state) => Try(() =>
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{state.Epoch} {state.NextOffset ?? -1} {state.Length}");
        var next = Path.Combine(_path, "state.new");
        using (var file = new FileStream(next, FileMode.Create))
        {
            file.Write(Encoding.ASCII.GetBytes(text));
            file.Flush(flushToDisk: true);
        }

        File.Move(next, Path.Combine(_path, "state"), overwrite: true);
        return true;
    });

    /// <summary>Writes lines behind the valid ones; answers their common length.</summary>
    public long Append(long length, IEnumerable<string> lines, CancellationToken cancellationToken) => Try(() =>
    {
        using var data = new FileStream(Path.Combine(_path, "data"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        data.SetLength(length);
        data.Position = length;
        foreach (var line in lines)
        {
            cancellationToken.ThrowIfCancellationRequested();
            data.Write(Encoding.UTF8.GetBytes(line + "\n"));
        }

        data.Flush(flushToDisk: true);
        return data.Length;
    });

    private static FileState Read(string path)
    {
        var file = Path.Combine(path, "state");
        if (!File.Exists(file) && Directory.Exists(path))
            return new FileState(0, null, 0);
        var numbers = File.ReadAllText(file).Split(' ').Select(n => long.Parse(n, CultureInfo.InvariantCulture)).ToArray();
        return new FileState(numbers[0], numbers[1] < 0 ? null : numbers[1], numbers[2]);
    }

    private static T Try<T>(Func<T> access)
    {
        try
        {
            return access();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SinkUnavailableException("The folder cannot be used now.", e);
        }
    }
}
