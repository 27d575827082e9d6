namespace MedStreams.Streams.State;

/// <summary>The committed content of one store. It changes only when a task commits or restores.</summary>
internal abstract class CommittedBytes
{
    /// <summary>About how many keys there are.</summary>
    public abstract long ApproximateCount { get; }

    public abstract StoreValue Get(ReadOnlySpan<byte> key);

    /// <summary>A cursor that stands before any key until it is sought; give it back with <see cref="Return"/>.</summary>
    public abstract CommittedCursor Rent();

    public abstract void Return(CommittedCursor cursor);

    /// <summary>A cursor that belongs to whoever asks, on whatever thread; dispose of it where it can be.</summary>
    public abstract CommittedCursor Open();

    /// <summary>Sets a value; visible once the task's batch is written (<see cref="Written"/>), or at once in memory.</summary>
    public abstract void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);

    /// <summary>Deletes a key, as <see cref="Put"/> sets one.</summary>
    public abstract void Delete(ReadOnlySpan<byte> key);

    /// <summary>Deletes all keys below one; none is below the given start any more.</summary>
    public abstract void DeleteBelow(byte[] start, byte[] key);

    /// <summary>The task's batch is written: the content has changed.</summary>
    public abstract void Written();

    /// <summary>All entries, those first that were written first, as far as that is known.</summary>
    public virtual IEnumerable<(byte[] Key, byte[] Value)> InOrderOfWriting() => [];

    /// <summary>The store starts empty: what it was is gone, or goes here.</summary>
    public abstract void Reset();
}

/// <summary>Stands on a key of the committed content, or beyond its ends.</summary>
internal abstract class CommittedCursor
{
    public abstract bool Valid { get; }

    public abstract ReadOnlySpan<byte> Key { get; }

    public abstract ReadOnlySpan<byte> Value { get; }

    /// <summary>Goes to the first key that is not below the given one.</summary>
    public abstract void SeekFirst(ReadOnlySpan<byte> lower);

    /// <summary>Goes to the last key that is below the given one; an empty one is open.</summary>
    public abstract void SeekLast(ReadOnlySpan<byte> upper);

    public abstract void Next();

    public abstract void Previous();
}
