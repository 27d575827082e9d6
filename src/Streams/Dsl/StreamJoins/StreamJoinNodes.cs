using MedStreams.Streams.Dsl.Operators;
using MedStreams.Streams.Dsl.Windowing;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Dsl.StreamJoins;

/// <summary>Remembers a stream's records for the other side of a join, after handing each to its own side.</summary>
internal sealed class RememberNode<TKey, TValue>(string name, TaskContext task, string storeName)
    : StatefulNode<TKey, TValue, TKey, TValue>(name, task)
{
    private IWindowStore<TKey, TValue> _store = null!;

    public override void Init() => _store = (IWindowStore<TKey, TValue>)Task.Store(storeName)!;

    protected override void Process(in Record<TKey, TValue> record)
    {
        Forward(record);
        if (record.Key is not null)
            _store.Put(record.Key, record.Value, record.Timestamp);
    }
}

/// <summary>One side of a join of streams.</summary>
/// <param name="IsLeft">Whether it is the left one.</param>
/// <param name="Before">How long before a record of this side one of the other may be, in milliseconds.</param>
/// <param name="After">How long after, in milliseconds.</param>
/// <param name="IsOuter">Whether records of this side without a partner have a result.</param>
/// <param name="OtherStore">Where the other side's records are.</param>
/// <param name="WaitingStore">Where records wait whose window is open; null in an inner join.</param>
internal sealed record JoinSideSettings(
    bool IsLeft, long Before, long After, bool IsOuter, string OtherStore, string? WaitingStore);

/// <summary>
/// Joins a record with those of the other side that are near it in time. In left and outer joins a record without partner waits
/// until its window has closed before it is told with null, so that nothing premature is told.
/// </summary>
/// <typeparam name="TKey">Type of the keys.</typeparam>
/// <typeparam name="TThis">Type of this side's values.</typeparam>
/// <typeparam name="TOther">Type of the other side's values.</typeparam>
/// <typeparam name="TLeft">Type of the left side's values.</typeparam>
/// <typeparam name="TRight">Type of the right side's values.</typeparam>
/// <typeparam name="TResult">Type of the results.</typeparam>
internal sealed class StreamJoinNode<TKey, TThis, TOther, TLeft, TRight, TResult>(
    string name,
    TaskContext task,
    JoinSideSettings side,
    JoinWindows windows,
    Func<TKey, TThis, TOther?, TResult> join,
    Func<TKey, TLeft?, TRight?, TResult> joinWaiting,
    Func<UnjoinedValues<TLeft, TRight>?, TThis, UnjoinedValues<TLeft, TRight>> append,
    JoinClock clock)
    : StatefulNode<TKey, TThis, TKey, TResult>(name, task)
{
    private readonly long _grace = windows.GraceMs;
    private readonly List<UnjoinedKey<TKey>> _told = [];
    private IWindowStore<TKey, TOther> _others = null!;
    private IKeyValueStore<UnjoinedKey<TKey>, UnjoinedValues<TLeft, TRight>>? _waiting;

    public override void Init()
    {
        _others = (IWindowStore<TKey, TOther>)Task.Store(side.OtherStore)!;
        clock.StreamTime = Math.Max(clock.StreamTime, StoredTime.Of(Task, side.OtherStore));
        if (side.WaitingStore is null)
            return;
        _waiting = (IKeyValueStore<UnjoinedKey<TKey>, UnjoinedValues<TLeft, TRight>>)Task.Store(side.WaitingStore)!;
        foreach (var (key, _) in _waiting.All().Take(1))
            clock.FirstWaiting = key.Timestamp;
    }

    protected override void Process(in Record<TKey, TThis> record)
    {
        clock.StreamTime = Math.Max(clock.StreamTime, record.Timestamp);
        if (record.Value is null || (record.Key is null && !side.IsOuter))
        {
            Task.CountDropped();
            return;
        }

        if (record.Key is null)
        {
            Forward(record.WithValue(join(record.Key, record.Value, default)));
            return;
        }

        if (_waiting is not null && record.Timestamp == clock.StreamTime)
            TellClosed(record);
        var to = Math.Max(0, record.Timestamp + side.After);
        var found = false;
        foreach (var (time, other) in _others.Fetch(record.Key, Math.Max(0, record.Timestamp - side.Before), to))
        {
            found = true;
            Forget(new UnjoinedKey<TKey>(time, !side.IsLeft, record.Key));
            Forward(record.WithValue(join(record.Key, record.Value, other))
                .WithTimestamp(Math.Max(record.Timestamp, time)));
        }

        if (found || !side.IsOuter)
            return;
        if (to < clock.StreamTime)
            Forward(record.WithValue(join(record.Key, record.Value, default)));
        else
            Wait(record);
    }

    private void Forget(UnjoinedKey<TKey> key)
    {
        if (_waiting?.Get(key) is not null)
            _waiting.Put(key, null);
    }

    private void Wait(in Record<TKey, TThis> record)
    {
        clock.FirstWaiting = Math.Min(clock.FirstWaiting, record.Timestamp);
        var key = new UnjoinedKey<TKey>(record.Timestamp, side.IsLeft, record.Key);
        _waiting!.Put(key, append(_waiting.Get(key), record.Value));
    }

    /// <summary>Tells the records whose window has closed without a partner, the oldest first.</summary>
    private void TellClosed(in Record<TKey, TThis> record)
    {
        // Before the first has waited so long there is nothing to look for.
        if (clock.FirstWaiting == long.MaxValue || clock.FirstWaiting + side.After + _grace >= clock.StreamTime)
            return;
        clock.FirstWaiting = long.MaxValue;
        var (leftIsOpen, rightIsOpen) = (false, false);
        foreach (var (key, values) in _waiting!.All())
        {
            clock.FirstWaiting = key.Timestamp;
            if (leftIsOpen && rightIsOpen)
                break;
            if (key.Timestamp + (key.IsLeft ? windows.AfterMs : windows.BeforeMs) + _grace >= clock.StreamTime)
            {
                leftIsOpen |= key.IsLeft;
                rightIsOpen |= !key.IsLeft;
                if (leftIsOpen && rightIsOpen && values.Lefts.Count + values.Rights.Count > 1)
                    break; // each value counts as an entry of its own, so the next one has this time too
                continue;
            }

            _told.Add(key);
            foreach (var left in values.Lefts)
                Tell(record, key, joinWaiting(key.Key, left, default));
            foreach (var right in values.Rights)
                Tell(record, key, joinWaiting(key.Key, default, right));
        }

        foreach (var key in _told)
            _waiting.Put(key, null);
        _told.Clear();
    }

    private void Tell(in Record<TKey, TThis> record, UnjoinedKey<TKey> key, TResult result) =>
        Forward(new Record<TKey, TResult>(key.Key, result, key.Timestamp, record.Headers));
}

/// <summary>Joins a stream with itself over one store, in the order in which two sides would tell the results.</summary>
internal sealed class SelfJoinNode<TKey, TValue, TResult>(
    string name, TaskContext task, string storeName, JoinWindows windows, Func<TKey, TValue, TValue, TResult> join)
    : StatefulNode<TKey, TValue, TKey, TResult>(name, task)
{
    private readonly long _retention = windows.SizeMs + windows.GraceMs;
    private IWindowStore<TKey, TValue> _store = null!;
    private long _observedTime = -1;

    public override void Init()
    {
        _store = (IWindowStore<TKey, TValue>)Task.Store(storeName)!;
        _observedTime = StoredTime.Of(Task, storeName);
    }

    protected override void Process(in Record<TKey, TValue> record)
    {
        if (record.Key is null || record.Value is null)
        {
            Task.CountDropped();
            return;
        }

        var time = record.Timestamp;
        _observedTime = Math.Max(_observedTime, time);
        var tellsSelf = time > _observedTime - _retention + 1;
        foreach (var (otherTime, other) in Near(record.Key, time - windows.BeforeMs, time + windows.AfterMs))
            Tell(record, join(record.Key, record.Value, other), otherTime);
        foreach (var (otherTime, other) in Near(record.Key, time - windows.AfterMs, time + windows.BeforeMs))
        {
            if (tellsSelf && time < otherTime)
            {
                tellsSelf = false;
                Tell(record, join(record.Key, record.Value, record.Value), time);
            }

            Tell(record, join(record.Key, other, record.Value), otherTime);
        }

        if (tellsSelf)
            Tell(record, join(record.Key, record.Value, record.Value), time);
    }

    private KeyValuePair<long, TValue>[] Near(TKey key, long from, long to) =>
        [.. _store.Fetch(key, Math.Max(0, from), Math.Max(0, to))];

    private void Tell(in Record<TKey, TValue> record, TResult result, long otherTime) =>
        Forward(record.WithValue(result).WithTimestamp(Math.Max(record.Timestamp, otherTime)));
}
