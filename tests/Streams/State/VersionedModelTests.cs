using FsCheck;
using FsCheck.Fluent;

namespace MedStreams.Streams.Tests.State;

/// <summary>Random histories of a versioned store, held to a sorted list of versions and the rule of retention.</summary>
public sealed class VersionedModelTests
{
    private const long Unit = 5_000;
    private const long Retention = 12 * Unit;
    private const long Segment = 4 * Unit;

    [Fact]
    public void A_store_agrees_with_lists_of_versions() =>
        Prop.ForAll<byte[]>(script =>
        {
            using var task = new TaskFixture(Builder());
            var model = new Model();
            var logged = 0;
            for (var i = 0; i + 2 < script.Length; i += 3)
            {
                var (key, time) = (Key(script[i + 1]), model.Time(script[i + 2]));
                switch (script[i] % 16)
                {
                    case < 6:
                        Assert.Equal(model.Put(key, $"{i}", time), Store(task).Put(key, $"{i}", time));
                        break;
                    case < 9:
                        Assert.Equal(model.Put(key, null, time), Store(task).Put(key, null, time));
                        break;
                    case < 13:
                        Read(Store(task), model, key, time);
                        break;
                    case < 15:
                        task.Commit();
                        model.Commit();
                        logged = task.Collector.Records.Count;
                        break;
                    default:
                        task.Reopen();
                        model.Rollback();
                        task.Collector.Records.RemoveRange(logged, task.Collector.Records.Count - logged);
                        break;
                }
            }

            task.Commit();
            ReadAll(task, model);
            using var restored = new TaskFixture(Builder());
            VersionedStoreTests.Restore(restored, task.Collector.Records);
            ReadAll(restored, model);
            restored.Reopen();
            ReadAll(restored, model);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(40).WithEndSize(400));

    private static StoreBuilder<IVersionedKeyValueStore<string, string>> Builder() =>
        Stores.VersionedKeyValueStoreBuilder(
            Stores.PersistentVersionedKeyValueStore(
                "v", TimeSpan.FromMilliseconds(Retention), TimeSpan.FromMilliseconds(Segment)),
            TextSerde.Instance,
            TextSerde.Instance);

    private static IVersionedKeyValueStore<string, string> Store(TaskFixture task) => VersionedStoreTests.Store(task);

    private static string Key(int seed) => new[] { "", "a", "a\0", "\u007f" }[seed % 4];

    private static void ReadAll(TaskFixture task, Model model)
    {
        for (var key = 0; key < 4; key++)
        {
            for (var time = 0; time < 256; time++)
                Read(Store(task), model, Key(key), model.Time(time));
        }
    }

    private static void Read(IVersionedKeyValueStore<string, string> store, Model model, string key, long time)
    {
        Assert.Equal(model.Latest(key), store.Get(key));
        Assert.Equal(model.AsOf(key, time), store.Get(key, time));
        var (from, to) = (time - (3 * Unit), time + Unit);
        Assert.Equal(model.Between(key, from, to), store.GetVersions(key, from, to));
    }

    private sealed class Model
    {
        private Dictionary<string, SortedList<long, string?>> _committed = [];
        private Dictionary<string, SortedList<long, string?>> _current = [];
        private long _committedTime = -1;
        private long _time = -1;

        /// <summary>Around the stream time: mostly before, now and then after.</summary>
        public long Time(int seed) => Math.Max(0, Math.Max(_time, 0) + (((seed % 17) - 13) * Unit) + (seed % 3));

        public long Put(string key, string? value, long time)
        {
            if (time < _time - Retention)
                return VersionedPut.NotPut;
            _time = Math.Max(_time, time);
            var versions = _current.TryGetValue(key, out var known) ? known : _current[key] = [];
            if (value is null && versions.Count == 1 && versions.TryGetValue(time, out var only) && only is not null)
                versions.Clear(); // With nothing before it, a newest version that is deleted at its own time leaves no trace.
            else
                versions[time] = value;
            foreach (var (at, _) in versions)
            {
                if (at > time)
                    return at;
            }

            return VersionedPut.ValidToUndefined;
        }

        public VersionedRecord<string>? Latest(string key) =>
            Versions(key).LastOrDefault() is { Value: { } value, To: null, From: var from }
                ? new VersionedRecord<string>(value, from)
                : null;

        public VersionedRecord<string>? AsOf(string key, long time)
        {
            foreach (var (value, from, to) in Versions(key))
            {
                if (from > time || to <= time || value is null)
                    continue;
                return to is null || time >= _time - Retention ? new VersionedRecord<string>(value, from) : null;
            }

            return null;
        }

        public IEnumerable<VersionedRecord<string>> Between(string key, long since, long until) =>
            from v in Versions(key)
            where v.Value is not null && v.From <= until
            where v.To is null
                || (v.To > since && until >= _time - Retention
                    && v.To.Value / Segment >= Math.Max(0, _time - Retention) / Segment)
            select new VersionedRecord<string>(v.Value!, v.From, v.To);

        public void Commit() => (_committed, _committedTime) = (Copy(_current), _time);

        public void Rollback() => (_current, _time) = (Copy(_committed), _committedTime);

        private static Dictionary<string, SortedList<long, string?>> Copy(Dictionary<string, SortedList<long, string?>> versions) =>
            versions.ToDictionary(e => e.Key, e => new SortedList<long, string?>(e.Value));

        private IEnumerable<(string? Value, long From, long? To)> Versions(string key)
        {
            var versions = _current.GetValueOrDefault(key) ?? [];
            for (var i = 0; i < versions.Count; i++)
            {
                yield return (
                    versions.GetValueAtIndex(i),
                    versions.GetKeyAtIndex(i),
                    i + 1 < versions.Count ? versions.GetKeyAtIndex(i + 1) : null);
            }
        }
    }
}
