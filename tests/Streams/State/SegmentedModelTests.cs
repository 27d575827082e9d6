using FsCheck;
using FsCheck.Fluent;

namespace MedStreams.Streams.Tests.State;

/// <summary>Random histories of window and session stores, held to plain dictionaries and the rule of retention.</summary>
public sealed class SegmentedModelTests
{
    private const long Unit = 20_000;
    private const long Retention = 6 * Unit;

    private enum Action
    {
        Put,
        Delete,
        Read,
        Commit,
        Rollback,
        Reopen,
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void A_window_store_agrees_with_a_dictionary(bool persistent, bool caching)
    {
        var supplier = persistent
            ? Stores.PersistentWindowStore("s", TimeSpan.FromMilliseconds(Retention), TimeSpan.FromMilliseconds(Unit))
            : Stores.InMemoryWindowStore("s", TimeSpan.FromMilliseconds(Retention), TimeSpan.FromMilliseconds(Unit));
        var builder = Stores.WindowStoreBuilder(supplier, TextSerde.Instance, TextSerde.Instance);
        Check(caching ? builder.WithCachingEnabled() : builder, persistent, WindowStep);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void A_session_store_agrees_with_a_dictionary(bool persistent, bool caching)
    {
        var supplier = persistent
            ? Stores.PersistentSessionStore("s", TimeSpan.FromMilliseconds(Retention))
            : Stores.InMemorySessionStore("s", TimeSpan.FromMilliseconds(Retention));
        var builder = Stores.SessionStoreBuilder(supplier, TextSerde.Instance, TextSerde.Instance);
        Check(caching ? builder.WithCachingEnabled() : builder, persistent, SessionStep);
    }

    private static void WindowStep(TaskFixture task, Model model, Action action, int a, int b)
    {
        var store = task.Store<IWindowStore<string, string>>("s");
        var (key, other) = (Key(a), Key(b));
        var time = model.Time(b);
        switch (action)
        {
            case Action.Put:
                store.Put(key, $"{a}.{b}", time);
                model.Put((key, time, time), $"{a}.{b}", time);
                break;
            case Action.Delete:
                store.Put(key, null, time);
                model.Put((key, time, time), null, time);
                break;
            default:
                Assert.Equal(model.Live.GetValueOrDefault((key, time, time)), store.Fetch(key, time));
                var (from, to) = (time - (2 * Unit), time + Unit);
                var ofKey = model.Live.Where(e => e.Key.Key == key && e.Key.Start >= from && e.Key.Start <= to)
                    .OrderBy(e => e.Key.Start).Select(e => KeyValuePair.Create(e.Key.Start, e.Value)).ToList();
                Assert.Equal(ofKey, store.Fetch(key, from, to));
                Assert.Equal(ofKey.AsEnumerable().Reverse(), store.BackwardFetch(key, from, to));
                Assert.Equal(
                    model.Live.Where(e => e.Key.Start >= from && e.Key.Start <= to && Between(e.Key.Key, key, other))
                        .Select(e => $"{e.Key.Key}@{e.Key.Start}={e.Value}").Order(),
                    store.Fetch(key, other, from, to).Select(e => $"{e.Key.Key}@{e.Key.Window.Start}={e.Value}").Order());
                Assert.Equal(
                    model.Live.Select(e => $"{e.Key.Key}@{e.Key.Start}={e.Value}").Order(),
                    store.All().Select(e => $"{e.Key.Key}@{e.Key.Window.Start}={e.Value}").Order());
                break;
        }
    }

    private static void SessionStep(TaskFixture task, Model model, Action action, int a, int b)
    {
        var store = task.Store<ISessionStore<string, string>>("s");
        var (key, other) = (Key(a), Key(b));
        var end = model.Time(b);
        var start = Math.Max(0, end - (a % 4 * Unit));
        switch (action)
        {
            case Action.Put:
                store.Put(new(key, new(start, end)), $"{a}.{b}");
                model.Put((key, start, end), $"{a}.{b}", end);
                break;
            case Action.Delete:
                store.Remove(new(key, new(start, end)));
                model.Put((key, start, end), null, end);
                break;
            default:
                Assert.Equal(model.Live.GetValueOrDefault((key, start, end)), store.FetchSession(key, start, end));
                Assert.Equal(
                    model.Live.Where(e => e.Key.Key == key && e.Key.End >= start && e.Key.Start <= end)
                        .OrderBy(e => e.Key.End).ThenBy(e => e.Key.Start).Select(Text),
                    store.FindSessions(key, start, end).Select(Text));
                Assert.Equal(
                    model.Live.Where(e => Between(e.Key.Key, key, other)).Select(Text).Order(),
                    store.Fetch(key, other).Select(Text).Order());
                break;
        }
    }

    private static string Text(KeyValuePair<(string Key, long Start, long End), string> e) =>
        $"{e.Key.Key}@{e.Key.Start}/{e.Key.End}={e.Value}";

    private static string Text(KeyValuePair<Windowed<string>, string> e) =>
        $"{e.Key.Key}@{e.Key.Window.Start}/{e.Key.Window.End}={e.Value}";

    private static bool Between(string key, string from, string to) =>
        string.CompareOrdinal(key, from) >= 0 && string.CompareOrdinal(key, to) <= 0;

    private static string Key(int seed) => new[] { "", "a", "a\0", "a\0\0\0", "ab", "b", "\u007f" }[seed % 7];

    private static void Check(
        IStoreBuilder builder, bool persistent, Action<TaskFixture, Model, Action, int, int> step) =>
        Prop.ForAll<byte[]>(script =>
        {
            using var task = new TaskFixture(builder);
            var model = new Model();
            for (var i = 0; i + 2 < script.Length; i += 3)
            {
                var action = (script[i] % 16) switch
                {
                    < 6 => Action.Put,
                    < 8 => Action.Delete,
                    < 12 => Action.Read,
                    < 14 => Action.Commit,
                    14 => Action.Rollback,
                    _ => Action.Reopen,
                };
                Apply(task, model, action, persistent);
                if (action < Action.Commit)
                    step(task, model, action, script[i + 1], script[i + 2]);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(25).WithEndSize(300));

    private static void Apply(TaskFixture task, Model model, Action action, bool persistent)
    {
        switch (action)
        {
            case Action.Commit:
                task.Commit();
                model.Commit();
                break;
            case Action.Rollback:
                task.State.Rollback();
                model.Rollback();
                break;
            case Action.Reopen:
                task.Reopen();
                if (!persistent)
                    model.Clear();
                model.Rollback();
                break;
        }
    }

    private sealed class Model
    {
        private Dictionary<(string Key, long Start, long End), string> _committed = [];
        private Dictionary<(string Key, long Start, long End), string> _current = [];
        private long _committedTime = -1;
        private long _time = -1;

        public Dictionary<(string Key, long Start, long End), string> Live =>
            _current.Where(e => e.Key.End > _time - Retention).ToDictionary();

        /// <summary>Around the stream time: mostly before, now and then after.</summary>
        public long Time(int seed) => Math.Max(0, Math.Max(_time, 0) + (((seed % 12) - 9) * Unit) + (seed % 3));

        public void Put((string Key, long Start, long End) key, string? value, long time)
        {
            _time = Math.Max(_time, time);
            if (time <= _time - Retention)
                return;
            if (value is null)
                _current.Remove(key);
            else
                _current[key] = value;
        }

        public void Commit() => (_committed, _committedTime) = (new(_current), _time);

        public void Rollback() => (_current, _time) = (new(_committed), _committedTime);

        public void Clear() => (_committed, _committedTime) = ([], -1);
    }
}
