namespace MedStreams.Streams.State;

/// <summary>
/// Committed content as another thread than the task's may read it: with cursors of its own, and without a way to write. In memory the content
/// stands still only while the task's commit lock is held.
/// </summary>
internal sealed class CommittedView(CommittedBytes committed) : CommittedBytes
{
    public override long ApproximateCount => committed.ApproximateCount;

    public override StoreValue Get(ReadOnlySpan<byte> key) => committed.Get(key);

    public override CommittedCursor Rent() => committed.Open();

    public override CommittedCursor Open() => committed.Open();

    public override void Return(CommittedCursor cursor) => (cursor as IDisposable)?.Dispose();

    public override void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => throw ReadOnly();

    public override void Delete(ReadOnlySpan<byte> key) => throw ReadOnly();

    public override void DeleteBelow(byte[] start, byte[] key) => throw ReadOnly();

    public override void Written() => throw ReadOnly();

    public override void Reset() => throw ReadOnly();

    private static InvalidOperationException ReadOnly() => new("Queries change nothing.");
}
