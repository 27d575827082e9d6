namespace MedStreams.Topologies.Recommendations;

/// <summary>Whose lists have to be worked out again, each at most once a window.</summary>
/// <param name="window">How long a list holds at least, in milliseconds.</param>
internal sealed class DueUsers(long window)
{
    private const long Never = long.MinValue;

    private readonly PriorityQueue<int, long> _queue = new();
    private bool[] _marked = [];
    private long[] _done = [];

    /// <summary>Takes a user in who is not among them yet.</summary>
    public void Mark(int user, long now)
    {
        if (_marked.Length <= user)
            Grow(user + 1);
        if (_marked[user])
            return;
        _marked[user] = true;
        _queue.Enqueue(user, _done[user] == Never ? now : Math.Max(now, _done[user] + window));
    }

    /// <summary>Takes the user out who is due first; false where nobody is due.</summary>
    public bool TryTake(long now, out int user)
    {
        while (_queue.TryPeek(out user, out var due) && due <= now)
        {
            _queue.Dequeue();
            if (!_marked[user])
                continue; // forgotten meanwhile
            (_marked[user], _done[user]) = (false, now);
            return true;
        }

        return false;
    }

    /// <summary>Forgets a user, whose index another one may get.</summary>
    public void Forget(int user)
    {
        if (user < _marked.Length)
            (_marked[user], _done[user]) = (false, Never);
    }

    private void Grow(int room)
    {
        var before = _done.Length;
        room = Math.Max(room, before * 2);
        Array.Resize(ref _marked, room);
        Array.Resize(ref _done, room);
        _done.AsSpan(before).Fill(Never);
    }
}
