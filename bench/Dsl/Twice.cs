using System.Collections;

namespace MedStreams.Dsl.Bench;

/// <summary>A value and the one after it: an enumerable that is its own enumerator, used again for each record.</summary>
internal sealed class Twice : IEnumerable<long>, IEnumerator<long>
{
    private long _value;
    private int _given;

    public long Current => _value + _given - 1;

    object IEnumerator.Current => Current;

    public Twice Of(long value)
    {
        (_value, _given) = (value, 0);
        return this;
    }

    public bool MoveNext() => _given++ < 2;

    public void Reset() => _given = 0;

    public IEnumerator<long> GetEnumerator() => this;

    IEnumerator IEnumerable.GetEnumerator() => this;

    public void Dispose()
    {
        // Nothing is held.
    }
}
