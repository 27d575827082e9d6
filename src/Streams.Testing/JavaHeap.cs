namespace MedStreams.Streams.Testing;

/// <summary>
/// A binary heap that moves its items as Java's <c>PriorityQueue</c> does, so that equal ones leave in the same order: which of
/// several topics whose next records have the same time goes first is decided by it in Kafka's test driver.
/// </summary>
internal sealed class JavaHeap<T>(Comparison<T> compare)
{
    private readonly List<T> _items = [];

    public int Count => _items.Count;

    public void Add(T item)
    {
        _items.Add(item);
        var at = _items.Count - 1;
        while (at > 0 && (at - 1) / 2 is var parent && compare(item, _items[parent]) < 0)
        {
            _items[at] = _items[parent];
            at = parent;
        }

        _items[at] = item;
    }

    /// <summary>Takes the first item.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public T Take()
    {
        if (_items.Count == 0)
            throw new InvalidOperationException("The heap is empty.");
        var first = _items[0];
        var last = _items[^1];
        _items.RemoveAt(_items.Count - 1);
        if (_items.Count > 0)
            SinkFromTop(last);
        return first;
    }

    private void SinkFromTop(T item)
    {
        var at = 0;
        while ((2 * at) + 1 is var child && child < _items.Count)
        {
            if (child + 1 < _items.Count && compare(_items[child], _items[child + 1]) > 0)
                child++;
            if (compare(item, _items[child]) <= 0)
                break;
            _items[at] = _items[child];
            at = child;
        }

        _items[at] = item;
    }
}
