using MedStreams.Streams.Queries;

namespace MedStreams.Streams.Tests.State;

/// <summary>Asks a store everything that it can be asked, and compares with rows in the store's order.</summary>
/// <param name="rows">What it holds.</param>
/// <param name="from">The first key of ranges; null is open.</param>
/// <param name="to">The last key of ranges; null is open.</param>
/// <param name="time">A time of interest.</param>
internal sealed class RangeChecks(List<Row> rows, string? from, string? to, long time)
{
    private const long Span = 45_000;
    private readonly DateTimeOffset _first = At(Math.Max(0, time - Span));
    private readonly DateTimeOffset _last = At(Math.Max(0, time) + Span);

    private long First => _first.ToUnixTimeMilliseconds();

    private long Last => _last.ToUnixTimeMilliseconds();

    /// <summary>As the task's own thread sees it.</summary>
    public void Store(string kind, IStateStore store)
    {
        switch (kind)
        {
            case "key-value": KeyValues((IReadOnlyKeyValueStore<string, string>)store, static v => v); break;
            case "key-value-with-times": KeyValues((IReadOnlyKeyValueStore<string, ValueAndTimestamp<string>?>)store, Timed); break;
            case "window": Windows((IReadOnlyWindowStore<string, string>)store, static v => v); break;
            case "window-with-times": Windows((IReadOnlyWindowStore<string, ValueAndTimestamp<string>?>)store, Timed); break;
            default: Sessions((IReadOnlySessionStore<string, string>)store); break;
        }
    }

    /// <summary>As other threads see it.</summary>
    public void Queries(string kind, LocalStore store)
    {
        switch (kind)
        {
            case "key-value" or "key-value-with-times":
                KeyValues(new LocalKeyValueStore<string, string>(store), static v => v);
                Pages(descending => store.Walk(after => new RangeQuery<string, string>
                {
                    From = from,
                    To = to,
                    Descending = descending,
                    Limit = 2,
                    After = after,
                }).Select(e => Text(e.Key, e.Value)), r => Between(r), KeyText);
                break;
            case "window" or "window-with-times":
                Windows(new LocalWindowStore<string, string>(store), static v => v);
                Pages(descending => store.Walk(after => new WindowRangeQuery<string, string>(First, Last)
                {
                    KeyFrom = from,
                    KeyTo = to,
                    Descending = descending,
                    Limit = 2,
                    After = after,
                }).Select(e => Text(e.Key, e.Value, isSession: false)), r => Between(r) && Starts(r), WindowText);
                break;
            default:
                Sessions(new LocalSessionStore<string, string>(store));
                Pages(descending => store.Walk(after => new SessionRangeQuery<string, string>
                {
                    KeyFrom = from,
                    KeyTo = to,
                    EarliestEnd = First,
                    LatestStart = Last,
                    Descending = descending,
                    Limit = 2,
                    After = after,
                }).Select(e => Text(e.Key, e.Value, isSession: true)), r => Between(r) && Overlaps(r), SessionText);
                break;
        }
    }

    private void KeyValues<TValue>(IReadOnlyKeyValueStore<string, TValue> store, Func<TValue, string> value)
    {
        Same(_ => true, KeyText, store.All().Select(Entry), store.ReverseAll().Select(Entry));
        Same(Between, KeyText, store.Range(from, to).Select(Entry), store.ReverseRange(from, to).Select(Entry));
        var prefix = from ?? "a";
        Assert.Equal(
            rows.Where(r => r.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(KeyText),
            store.PrefixScan(prefix, TextSerde.Instance).Select(Entry));
        foreach (var row in rows)
            Assert.Equal(row.Value, value(store.Get(row.Key)!));
        Assert.Null(store.Get("none"));

        string Entry(KeyValuePair<string, TValue> e) => Text(e.Key, value(e.Value));
    }

    private void Windows<TValue>(IReadOnlyWindowStore<string, TValue> store, Func<TValue, string> value)
    {
        Same(_ => true, WindowText, store.All().Select(Entry), store.BackwardAll().Select(Entry));
        Same(Starts, WindowText, store.FetchAll(_first, _last).Select(Entry), store.BackwardFetchAll(_first, _last).Select(Entry));
        Same(
            r => Between(r) && Starts(r),
            WindowText,
            store.Fetch(from, to, _first, _last).Select(Entry),
            store.BackwardFetch(from, to, _first, _last).Select(Entry));
        foreach (var key in Keys)
        {
            Same(
                r => r.Key == key && Starts(r),
                r => $"{r.Start}={r.Value}",
                store.Fetch(key, _first, _last).Select(One),
                store.BackwardFetch(key, _first, _last).Select(One));
        }

        foreach (var row in rows)
            Assert.Equal(row.Value, value(store.Fetch(row.Key, At(row.Start))!));
        Assert.Null(store.Fetch("none", time));

        string Entry(KeyValuePair<Windowed<string>, TValue> e) => Text(e.Key, value(e.Value), isSession: false);
        string One(KeyValuePair<long, TValue> e) => $"{e.Key}={value(e.Value)}";
    }

    private void Sessions(IReadOnlySessionStore<string, string> store)
    {
        Same(Between, SessionText, store.Fetch(from, to).Select(Entry), store.BackwardFetch(from, to).Select(Entry));
        Same(
            r => Between(r) && Overlaps(r),
            SessionText,
            store.FindSessions(from, to, _first, _last).Select(Entry),
            store.BackwardFindSessions(from, to, _first, _last).Select(Entry));
        Assert.Equal(
            rows.Where(r => r.End >= First && r.End <= Last).Select(SessionText), store.FindSessions(_first, _last).Select(Entry));
        foreach (var key in Keys)
        {
            Same(r => r.Key == key, SessionText, store.Fetch(key).Select(Entry), store.BackwardFetch(key).Select(Entry));
            Same(
                r => r.Key == key && Overlaps(r),
                SessionText,
                store.FindSessions(key, _first, _last).Select(Entry),
                store.BackwardFindSessions(key, _first, _last).Select(Entry));
        }

        foreach (var row in rows)
            Assert.Equal(row.Value, store.FetchSession(row.Key, At(row.Start), At(row.End)));
        Assert.Null(store.FetchSession("none", time, time));

        string Entry(KeyValuePair<Windowed<string>, string> e) => Text(e.Key, e.Value, isSession: true);
    }

    private IEnumerable<string> Keys => rows.Select(r => r.Key).Append("none").Distinct();

    private void Pages(Func<bool, IEnumerable<string>> ask, Func<Row, bool> which, Func<Row, string> text) =>
        Same(which, text, ask(false), ask(true));

    private void Same(
        Func<Row, bool> which, Func<Row, string> text, IEnumerable<string> forward, IEnumerable<string> backward)
    {
        var expected = rows.Where(which).Select(text).ToList();
        Assert.Equal(expected, forward);
        Assert.Equal(expected.AsEnumerable().Reverse(), backward);
    }

    private bool Between(Row row) =>
        (from is null || string.CompareOrdinal(row.Key, from) >= 0) && (to is null || string.CompareOrdinal(row.Key, to) <= 0);

    private bool Starts(Row row) => row.Start >= First && row.Start <= Last;

    private bool Overlaps(Row row) => row.End >= First && row.Start <= Last;

    private static DateTimeOffset At(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToOffset(TimeSpan.FromHours(2));

    private static string Timed(ValueAndTimestamp<string>? value) => value!.Value.Value;

    private static string KeyText(Row row) => Text(row.Key, row.Value);

    private static string WindowText(Row row) => $"{row.Key}@{row.Start}={row.Value}";

    private static string SessionText(Row row) => $"{row.Key}@{row.Start}/{row.End}={row.Value}";

    private static string Text(string key, string value) => $"{key}={value}";

    private static string Text(Windowed<string> key, string value, bool isSession) =>
        $"{key.Key}@{key.Window.Start}{(isSession ? $"/{key.Window.End}" : "")}={value}";
}
