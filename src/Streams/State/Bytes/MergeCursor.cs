namespace MedStreams.Streams.State;

/// <summary>
/// Walks a range of a store in the order of the keys, forward or backward, over the overlay and what is committed. Keys
/// written for the first time after the start are not visited; of all others it shows the value that they have when it gets there,
/// and none that are deleted by then. So a store may be changed while it is walked. Owned by the task's thread.
/// </summary>
internal sealed class MergeCursor : IDisposable
{
    private readonly StoreBytes _store;
    private readonly Overlay _overlay;
    private readonly bool _backward;
    private readonly int _generation;
    private readonly int _known;
    private readonly SortedBlocks<int, Overlay.Keys>? _order;
    private readonly long _opened;
    private KeyRange _range;
    private CommittedCursor? _committed;
    private int _orderVersion;
    private BlockPosition _position;
    private int _entry;
    private bool _committedLive;
    private bool _stepOverlay;
    private bool _stepCommitted;
    private int _current = -1; // the entry it stands on; -1: a committed key that was not written since

    public MergeCursor(StoreBytes store, in KeyRange range, bool backward)
    {
        _store = store;
        _overlay = store.Overlay;
        _backward = backward;
        _generation = _overlay.Generation;
        _known = _overlay.Count;
        _order = _known == 0 ? null : _overlay.Ordered;
        _committed = store.Committed.Rent();
        _opened = store.Metrics?.IteratorOpened() ?? 0;
        Seek(range);
    }

    /// <summary>The key it stands on; valid until the next move.</summary>
    public ReadOnlySpan<byte> Key => _current >= 0 ? _overlay.Key(_current) : _committed!.Key;

    /// <summary>The value it stands on; valid until the next move or write.</summary>
    public ReadOnlySpan<byte> Value => _current >= 0 ? _overlay.Value(_current) : _committed!.Value;

    /// <summary>Starts over with another range.</summary>
    public void Seek(in KeyRange range)
    {
        _range = _store.Pages?.Remaining(range, _backward) ?? range;
        _stepOverlay = _stepCommitted = false;
        if (_range.IsEmpty)
        {
            _entry = -1;
            _committedLive = false;
            return;
        }

        if (_backward)
            _committed!.SeekLast(_range.Upper);
        else
            _committed!.SeekFirst(_range.Lower);
        CheckCommitted();
        if (_order is null)
        {
            _entry = -1;
            return;
        }

        if (!_backward)
            _position = _order.Seek(_range.Lower, out _);
        else
            _position = _range.Upper.Length == 0 ? _order.Last : _order.SeekBelow(_range.Upper);
        _orderVersion = _order.Version;
        SettleOverlay();
    }

    /// <summary>Goes to the next key; false at the end.</summary>
    /// <exception cref="InvalidOperationException">The task has committed since the start.</exception>
    public bool MoveNext()
    {
        if (_committed is null || _generation != _overlay.Generation)
        {
            throw new InvalidOperationException(
                $"An iterator over the store {_store.Layout.Name} was used after a commit: finish it within one record.");
        }

        while (true)
        {
            if (_stepOverlay)
                StepOverlay();
            if (_stepCommitted)
                StepCommitted();
            _stepOverlay = _stepCommitted = false;
            if (_entry < 0 && !_committedLive)
                return false;
            var order = _entry < 0 ? 1 : !_committedLive ? -1 : _overlay.Key(_entry).SequenceCompareTo(_committed.Key);
            if (_backward && _entry >= 0 && _committedLive)
                order = -order;
            if (Choose(order))
                return true;
        }
    }

    public void Dispose()
    {
        if (_committed is null)
            return;
        _store.Committed.Return(_committed);
        _store.Metrics?.IteratorClosed(_opened);
        _committed = null;
    }

    // Stands on the entry (order <= 0), the committed key (order >= 0) or both; answers whether it has a value now.
    private bool Choose(int order)
    {
        _stepOverlay = order <= 0;
        _stepCommitted = order >= 0;
        if (order <= 0)
            _current = _entry;
        else
            _current = _overlay.Count == _known ? -1 : _overlay.Find(_committed!.Key);
        return _current < 0 || !_overlay.IsDeleted(_current);
    }

    private void StepOverlay()
    {
        if (_order!.Version != _orderVersion)
        {
            _position = _order.Seek(_overlay.Key(_entry), out _);
            _orderVersion = _order.Version;
        }

        _position = _backward ? _order.Previous(_position) : _order.Next(_position);
        SettleOverlay();
    }

    // Skips entries that are younger than this cursor, and stops at the end of the range.
    private void SettleOverlay()
    {
        while (_order!.IsValid(_position))
        {
            var entry = _order[_position];
            var key = _overlay.Key(entry);
            if (_backward ? !_range.IsAboveLower(key) : !_range.IsBelowUpper(key))
                break;
            if (entry < _known)
            {
                _entry = entry;
                return;
            }

            _position = _backward ? _order.Previous(_position) : _order.Next(_position);
        }

        _entry = -1;
    }

    private void StepCommitted()
    {
        if (_backward)
            _committed!.Previous();
        else
            _committed!.Next();
        CheckCommitted();
    }

    private void CheckCommitted() =>
        _committedLive = _committed!.Valid
            && (_backward ? _range.IsAboveLower(_committed.Key) : _range.IsBelowUpper(_committed.Key));
}
