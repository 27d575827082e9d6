namespace MedStreams.Broker.Records;

/// <summary>Goes over the headers of one record.</summary>
internal ref struct HeaderEnumerator
{
    private readonly ReadOnlySpan<byte> _bytes;
    private int _at;
    private int _left;

    /// <summary>Starts before the first header.</summary>
    /// <param name="bytes">The headers, one after the other, and nothing else.</param>
    /// <param name="count">How many there are.</param>
    public HeaderEnumerator(ReadOnlySpan<byte> bytes, int count)
    {
        _bytes = bytes;
        _left = count;
        Count = count;
    }

    /// <summary>How many headers there are in all.</summary>
    public int Count { get; }

    /// <summary>Whether the bytes did not hold what they should.</summary>
    public bool Failed { get; private set; }

    /// <summary>The header that <see cref="MoveNext"/> found.</summary>
    public Header Current { get; private set; }

    /// <summary>Goes to the next header.</summary>
    public bool MoveNext()
    {
        if (Failed)
            return false;
        if (_left == 0)
        {
            Failed = _at != _bytes.Length;
            return false;
        }

        _left--;
        if (!RecordEnumerator.TryTakeBytes(_bytes, ref _at, out var key, out var hasKey)
            || !hasKey
            || !RecordEnumerator.TryTakeBytes(_bytes, ref _at, out var value, out var hasValue))
        {
            Failed = true;
            return false;
        }

        Current = new Header(key, value, hasValue);
        return true;
    }

    /// <summary>So that <c>foreach</c> takes it.</summary>
    public readonly HeaderEnumerator GetEnumerator() => this;

    /// <summary>A view of one header.</summary>
    public readonly ref struct Header(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool hasValue)
    {
        /// <summary>The name in UTF-8.</summary>
        public ReadOnlySpan<byte> Key { get; } = key;

        /// <summary>The value; empty for null.</summary>
        public ReadOnlySpan<byte> Value { get; } = value;

        /// <summary>Whether the value is not null.</summary>
        public bool HasValue { get; } = hasValue;
    }
}
