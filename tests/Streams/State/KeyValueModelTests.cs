using FsCheck;
using FsCheck.Fluent;

namespace MedStreams.Streams.Tests.State;

/// <summary>Random histories of a store, held to a sorted dictionary.</summary>
public sealed class KeyValueModelTests
{
    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void A_store_agrees_with_a_sorted_dictionary(bool persistent, bool caching)
    {
        using var run = new Run(persistent, caching);
        Prop.ForAll<byte[]>(script =>
        {
            run.Begin();
            for (var i = 0; i + 2 < script.Length; i += 3)
                run.Step(script[i], script[i + 1], script[i + 2]);
            run.Commit();
            run.CheckChangelog();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(30).WithEndSize(400));
    }

    private sealed class Run : IDisposable
    {
        private readonly TaskFixture _task;
        private readonly bool _persistent;
        private SortedDictionary<string, string> _committed = new(StringComparer.Ordinal);
        private SortedDictionary<string, string> _current = new(StringComparer.Ordinal);
        private int _committedRecords;

        public Run(bool persistent, bool caching)
        {
            _persistent = persistent;
            var builder = Stores.KeyValueStoreBuilder(
                persistent ? Stores.PersistentKeyValueStore("s") : Stores.InMemoryKeyValueStore("s"),
                TextSerde.Instance,
                TextSerde.Instance);
            _task = new TaskFixture(caching ? builder.WithCachingEnabled() : builder);
        }

        private IKeyValueStore<string, string> Store => _task.Store<IKeyValueStore<string, string>>("s");

        public void Begin()
        {
            foreach (var (key, _) in Store.All())
                Store.Put(key, null);
            _task.Commit();
            _committed.Clear();
            _current.Clear();
            _task.Collector.Records.Clear();
            _committedRecords = 0;
        }

        public void Step(byte operation, byte first, byte second)
        {
            switch (operation % 16)
            {
                case < 5:
                    Store.Put(Key(first), Value(second));
                    _current[Key(first)] = Value(second);
                    break;
                case < 7:
                    Assert.Equal(_current.GetValueOrDefault(Key(first)), Store.Delete(Key(first)));
                    _current.Remove(Key(first));
                    break;
                case 7:
                    Assert.Equal(_current.GetValueOrDefault(Key(first)), Store.PutIfAbsent(Key(first), Value(second)));
                    _current.TryAdd(Key(first), Value(second));
                    break;
                case 8:
                    Assert.Equal(_current.GetValueOrDefault(Key(first)), Store.Get(Key(first)));
                    break;
                case < 11:
                    Ranges(Key(first), Key(second));
                    break;
                case 11:
                    Assert.Equal(
                        _current.Where(e => e.Key.StartsWith(Key(first), StringComparison.Ordinal)),
                        Store.PrefixScan(Key(first), TextSerde.Instance));
                    break;
                case < 14:
                    Commit();
                    break;
                case 14:
                    _task.State.Rollback();
                    _current = new(_committed, StringComparer.Ordinal);
                    Drop();
                    break;
                default:
                    Reopen();
                    break;
            }
        }

        public void Commit()
        {
            _task.Commit();
            _committed = new(_current, StringComparer.Ordinal);
            _committedRecords = _task.Collector.Records.Count;
            Assert.Equal(0, _task.State.UncommittedBytes);
            Assert.Equal(0, _task.Cache.UsedBytes);
        }

        public void CheckChangelog()
        {
            if (!_persistent)
                return; // It is not restored here when it is reopened.
            var replayed = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var record in _task.Collector.Records)
            {
                if (record.ValueText is { } value)
                    replayed[record.KeyText!] = value;
                else
                    replayed.Remove(record.KeyText!);
            }

            Assert.Equal(_committed, replayed);
        }

        public void Dispose() => _task.Dispose();

        private static string Key(byte seed)
        {
            const string Alphabet = "ab\u007f~";
            var key = "";
            for (var rest = seed % 85; rest > 0; rest = (rest - 1) / 4)
                key += Alphabet[(rest - 1) % 4];
            return key;
        }

        private static string Value(byte seed) => new('v', seed % 40);

        private void Ranges(string from, string to)
        {
            var expected = _current
                .Where(e => string.CompareOrdinal(e.Key, from) >= 0 && string.CompareOrdinal(e.Key, to) <= 0).ToList();
            Assert.Equal(expected, Store.Range(from, to));
            Assert.Equal(expected.AsEnumerable().Reverse(), Store.ReverseRange(from, to));
            Assert.Equal(_current, Store.All());
            Assert.Equal(_current.Reverse(), Store.ReverseAll());
            Assert.Equal(_current.Where(e => string.CompareOrdinal(e.Key, to) <= 0), Store.Range(null, to));
            Assert.Equal(_current.Where(e => string.CompareOrdinal(e.Key, from) >= 0), Store.Range(from, null));
        }

        private void Reopen()
        {
            _task.Reopen();
            Drop();
            if (!_persistent)
                _committed.Clear();
            _current = new(_committed, StringComparer.Ordinal);
        }

        // Records of an aborted transaction are never seen.
        private void Drop() =>
            _task.Collector.Records.RemoveRange(_committedRecords, _task.Collector.Records.Count - _committedRecords);
    }
}
