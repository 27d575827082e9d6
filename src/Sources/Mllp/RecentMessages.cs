namespace MedStreams.Sources.Mllp;

/// <summary>A message as its repetitions are told by.</summary>
/// <param name="Sender">MSH-3.1 and MSH-4.1.</param>
/// <param name="ControlId">MSH-10.</param>
internal readonly record struct MessageIdentity(string Sender, string ControlId);

/// <summary>
/// The messages of a while, in memory: a repetition finds what became of the first one, also while that is still under way. The
/// oldest are forgotten when they are too old or too many. Safe for use by several threads.
/// </summary>
internal sealed class RecentMessages(int limit, TimeSpan window, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<MessageIdentity, Entry> _known = [];
    private readonly Queue<(MessageIdentity Identity, DateTimeOffset At)> _order = new();

    public int Count
    {
        get
        {
            lock (_gate)
                return _known.Count;
        }
    }

    /// <summary>
    /// Begins to take a message, unless it is known: then the task is that of the first one. <paramref name="take"/> is called
    /// under the lock and must only begin the work.
    /// </summary>
    /// <param name="identity">The message.</param>
    /// <param name="digest">Its digest.</param>
    /// <param name="take">Begins the work; it is told whether the identity was used for another message.</param>
    /// <param name="repeated">Whether it is a repetition.</param>
    public Task Take(in MessageIdentity identity, string digest, Func<bool, Task> take, out bool repeated)
    {
        lock (_gate)
        {
            var reused = _known.TryGetValue(identity, out var known);
            repeated = reused && known.Digest == digest && !known.Taken.IsFaulted && !known.Taken.IsCanceled;
            if (repeated)
                return known.Taken;
            var taken = take(reused && known.Digest != digest);
            Put(identity, digest, taken, time.GetUtcNow());
            return taken;
        }
    }

    /// <summary>Remembers a message that was taken before, here or by another source.</summary>
    public void Remember(in MessageIdentity identity, string digest, DateTimeOffset at)
    {
        lock (_gate)
        {
            // What this source takes itself comes back from the topic, too.
            if (!_known.TryGetValue(identity, out var known) || known.Digest != digest)
                Put(identity, digest, Task.CompletedTask, at);
        }
    }

    private void Put(in MessageIdentity identity, string digest, Task taken, DateTimeOffset at)
    {
        _known[identity] = new(digest, taken, at);
        _order.Enqueue((identity, at));
        var oldest = time.GetUtcNow() - window;
        while (_order.TryPeek(out var first) && (first.At < oldest || _known.Count > limit || _order.Count > 2L * limit))
        {
            _order.Dequeue();
            if (_known.TryGetValue(first.Identity, out var entry) && entry.At == first.At)
                _known.Remove(first.Identity);
        }
    }

    private readonly record struct Entry(string Digest, Task Taken, DateTimeOffset At);
}
