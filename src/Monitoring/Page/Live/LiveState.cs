using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace MedStreams.Monitoring.Page;

/// <summary>
/// What the page shows now, read once for everybody. Each look has a number, and each part the number of the look that changed it last; who has seen the state up
/// to some look gets the parts that changed since, in one frame. Frames are made of JSON that is written already, and those who have seen the same get the same
/// one: how many look on makes no difference, and who is slow misses looks, never changes. Safe for use by several threads.
/// </summary>
internal sealed class LiveState : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _clock;
    private readonly TimeSpan _interval;
    private readonly LivePart[] _parts;
    private readonly Task?[] _reads;
    private readonly Dictionary<string, (ReadOnlyMemory<byte> Json, long Look)> _state = new(StringComparer.Ordinal);
    private readonly Dictionary<long, ReadOnlyMemory<byte>> _frames = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private TaskCompletionSource _next = NewSource();
    private TaskCompletionSource _wake = NewSource();
    private TaskCompletionSource _fresh = NewSource();
    private long _look;
    private int _readers;

    public LiveState(IReadOnlyList<IPagePart> parts, TimeSpan interval, TimeProvider clock, ILogger logger)
    {
        (_clock, _interval) = (clock, interval);
        _parts = [.. parts.Select(p => new LivePart(p, clock, logger))];
        _reads = new Task?[_parts.Length];
        _loop = Task.Run(LookAgainAndAgainAsync);
    }

    /// <summary>Whether there will be no further look.</summary>
    public bool IsStopped => _stop.IsCancellationRequested;

    /// <summary>How many look on.</summary>
    public int Readers => Volatile.Read(ref _readers);

    /// <summary>How often a part was written as JSON because it had changed.</summary>
    public long Serialisations { get; private set; }

    /// <summary>How many frames were made.</summary>
    public long Frames { get; private set; }

    /// <summary>Is done after the next look, and at the end.</summary>
    public Task Next
    {
        get
        {
            lock (_lock)
                return _next.Task;
        }
    }

    /// <summary>Somebody begins to look on; where nobody did, what is there may be old, and a look is taken at once.</summary>
    /// <returns>Is done when there is something fresh to see.</returns>
    public Task Join()
    {
        lock (_lock)
        {
            if (++_readers == 1 && _fresh.Task.IsCompleted)
                _fresh = NewSource();
            if (!_fresh.Task.IsCompleted)
                _wake.TrySetResult();
            return _fresh.Task;
        }
    }

    /// <summary>Somebody looks on no more.</summary>
    public void Leave() => Interlocked.Decrement(ref _readers);

    /// <summary>An event with all that has changed since a look; empty where nothing has.</summary>
    /// <param name="seen">The last look that was seen, 0 for none; afterwards this one.</param>
    public ReadOnlyMemory<byte> Since(ref long seen)
    {
        lock (_lock)
        {
            var from = seen;
            seen = _look;
            if (!_frames.TryGetValue(from, out var frame))
                _frames.Add(from, frame = Make(from));
            return frame;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task LookAgainAndAgainAsync()
    {
        while (!IsStopped)
        {
            var timer = Task.Delay(_interval, _clock, _stop.Token);
            Task wake;
            lock (_lock)
            {
                _wake = _wake.Task.IsCompleted ? NewSource() : _wake;
                wake = _wake.Task;
            }

            await LookAsync();
            await Task.WhenAny(timer, wake);
        }

        await Task.WhenAll(_reads.OfType<Task>()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_lock)
        {
            _fresh.TrySetResult();
            _next.TrySetResult();
        }
    }

    /// <summary>Reads what is due, and shows what came of it; what takes longer than half an interval is shown by a later look.</summary>
    private async Task LookAsync()
    {
        var isWatched = Readers > 0;
        for (var i = 0; i < _parts.Length; i++)
        {
            var part = _parts[i];
            if (_reads[i] is null && (isWatched || part.IsReadAlways) && part.IsDue)
                _reads[i] = Task.Run(() => part.ReadAsync(_stop.Token));
        }

        using var patience = new CancellationTokenSource(_interval / 2, _clock);
        await Task.WhenAll(_reads.OfType<Task>()).WaitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Publish(isWatched);
    }

    private void Publish(bool isWatched)
    {
        lock (_lock)
        {
            _look++;
            _frames.Clear();
            for (var i = 0; i < _parts.Length; i++)
            {
                if (_reads[i] is not { IsCompleted: true } read)
                    continue;
                _reads[i] = null;
                if (read.IsCompletedSuccessfully && _parts[i].HasChanged)
                    Set(_parts[i].Name, _parts[i].Json);
            }

            if (isWatched)
            {
                Set("faults", Faults());
                Set("now", JsonSerializer.SerializeToUtf8Bytes(_clock.GetUtcNow()));
                _fresh.TrySetResult();
            }

            var next = _next;
            _next = NewSource();
            next.TrySetResult();
        }
    }

    private ReadOnlyMemory<byte> Faults()
    {
        var faults = _parts.Where(p => p.Fault is not null).ToDictionary(p => p.Name, p => p.Fault);
        return faults.Count == 0 ? default : JsonSerializer.SerializeToUtf8Bytes(faults);
    }

    private void Set(string name, ReadOnlyMemory<byte> json)
    {
        if (_state.TryGetValue(name, out var known) ? known.Json.Span.SequenceEqual(json.Span) : json.IsEmpty)
            return;
        _state[name] = (json, _look);
        Serialisations++;
    }

    /// <summary>Parts that are gone are null; who comes new is not told of them.</summary>
    private ReadOnlyMemory<byte> Make(long from)
    {
        var changed = _state.Where(p => p.Value.Look > from && !(from == 0 && p.Value.Json.IsEmpty)).ToList();
        if (changed.Count == 0)
            return default;
        Frames++;
        using var frame = new MemoryStream();
        frame.Write("event: state\ndata: {"u8);
        foreach (var (i, (name, (json, _))) in changed.Index())
        {
            if (i > 0)
                frame.WriteByte((byte)',');
            JsonSerializer.Serialize(frame, name);
            frame.WriteByte((byte)':');
            frame.Write(json.IsEmpty ? "null"u8 : json.Span);
        }

        frame.Write("}\n\n"u8);
        return frame.ToArray();
    }
}
