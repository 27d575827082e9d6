namespace MedStreams.Streams.State;

/// <summary>A set of small numbers in the order in which they were last put: a linked list through arrays.</summary>
internal sealed class LinkedSlots
{
    private const int Absent = -2;
    private const int None = -1;

    private int[] _next = [];
    private int[] _previous = [];
    private int _last = None;
    private int _count;

    /// <summary>The one put longest ago; -1 where there is none.</summary>
    public int First { get; private set; } = None;

    public bool Contains(int slot) => slot < _previous.Length && _previous[slot] != Absent;

    /// <summary>Puts a number, or moves it, to the end.</summary>
    public void MoveToEnd(int slot)
    {
        if (slot >= _next.Length)
            Grow(slot);
        if (Contains(slot))
            Unlink(slot);
        _count++;
        _previous[slot] = _last;
        _next[slot] = None;
        if (_last >= 0)
            _next[_last] = slot;
        else
            First = slot;
        _last = slot;
    }

    /// <summary>All numbers in their order; the set is empty afterwards.</summary>
    public int[] TakeAll()
    {
        var all = new int[_count];
        var at = First;
        for (var i = 0; i < all.Length; i++)
        {
            all[i] = at;
            _previous[at] = Absent;
            at = _next[at];
        }

        First = _last = None;
        _count = 0;
        return all;
    }

    private void Unlink(int slot)
    {
        var (previous, next) = (_previous[slot], _next[slot]);
        if (previous >= 0)
            _next[previous] = next;
        else
            First = next;
        if (next >= 0)
            _previous[next] = previous;
        else
            _last = previous;
        _count--;
    }

    private void Grow(int slot)
    {
        var old = _next.Length;
        var size = Math.Max(Math.Max(16, old * 2), slot + 1);
        Array.Resize(ref _next, size);
        Array.Resize(ref _previous, size);
        Array.Fill(_previous, Absent, old, size - old);
    }
}
