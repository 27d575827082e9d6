namespace MedStreams.Streams.Async;

/// <summary>A key of any type, for dictionaries.</summary>
internal readonly record struct CallKey<TKey>(TKey Key);

/// <summary>Equal keys are those of equal content, also where they are bytes.</summary>
internal sealed class CallKeyComparer<TKey> : IEqualityComparer<CallKey<TKey>>
{
    public bool Equals(CallKey<TKey> x, CallKey<TKey> y) =>
        typeof(TKey) == typeof(byte[])
            ? ((byte[])(object)x.Key!).AsSpan().SequenceEqual((byte[])(object)y.Key!)
            : EqualityComparer<TKey>.Default.Equals(x.Key, y.Key);

    public int GetHashCode(CallKey<TKey> obj)
    {
        if (typeof(TKey) != typeof(byte[]))
            return EqualityComparer<TKey>.Default.GetHashCode(obj.Key!);
        var hash = default(HashCode);
        hash.AddBytes((byte[])(object)obj.Key!);
        return hash.ToHashCode();
    }
}
