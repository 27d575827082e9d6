using System.Globalization;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Records;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Tests.Storage;

/// <summary>
/// Random writing, transactions, passes of compaction, expired producers, kills and power cuts; then a reader must find what
/// a model says: of every key the newest committed record, at its offset, and beyond what was compacted every record.
/// </summary>
public sealed class CompactionPropertyTests
{
    private static readonly TopicSettings Settings = CompactedLog.Settings with
    {
        SegmentBytes = 1500,
        DeleteRetention = TimeSpan.FromMilliseconds(50),
    };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task A_compacted_log_reads_as_the_model_says(int seed)
    {
        for (var run = 0; run < 10; run++)
        {
            var random = new Random((seed * 1000) + run);
            using var world = new World(random);
            for (var life = 0; life < 4; life++)
                await world.LiveAsync(steps: random.Next(10, 120));
            world.Compare();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_crash_at_any_operation_of_compaction_loses_nothing_and_brings_nothing_back(int seed)
    {
        for (var cut = 0; ; cut++)
        {
            var random = new Random(seed);
            using var world = new World(random);
            for (var i = 0; i < 60; i++)
                world.Write();
            await world.CompactAsync();
            for (var i = 0; i < 60; i++)
                world.Write();
            world.Clock.Now += 1000;
            var reached = await world.CutDuringCompactionAsync(cut, new Random(seed + cut));
            world.Compare();
            await world.CompactAsync();
            world.Compare();
            if (!reached)
                return;
        }
    }

    [Theory]
    [InlineData(4, 1)]
    [InlineData(5, 3)]
    public async Task A_fault_at_any_operation_of_compaction_is_got_over_without_a_restart(int seed, int failures)
    {
        for (var at = 0; ; at++)
        {
            using var world = new World(new Random(seed));
            for (var i = 0; i < 80; i++)
                world.Write();
            world.Clock.Now += 1000;
            var reached = await world.FailDuringCompactionAsync(at, failures, new Random(seed + at));
            world.Compare();
            for (var i = 0; i < 20; i++)
                world.Write();
            await world.CompactAsync();
            world.Compare();
            world.Reopen(new Random(at), at % 2 == 0);
            world.Compare();
            if (!reached)
                return;
        }
    }

    /// <summary>The log and what was written to it.</summary>
    private sealed class World : IDisposable
    {
        private readonly Random _random;
        private readonly SortedDictionary<long, Written> _written = [];
        private readonly Dictionary<long, int> _sequences = [];
        private readonly Dictionary<long, List<long>> _open = [];
        private long _firstProducer;
        private long _cleanedTo;
        private TestLog _test = new(settings: Settings);

        public World(Random random) => _random = random;

        public SettableClock Clock => _test.Clock;

        public void Dispose() => _test.Dispose();

        public async Task LiveAsync(int steps)
        {
            for (var i = 0; i < steps; i++)
            {
                switch (_random.Next(20))
                {
                    case < 2:
                        await CompactAsync();
                        break;
                    case 2:
                        await _test.Log.CheckpointAsync();
                        break;
                    case 3 when _open.Count == 0 && _random.Next(3) == 0:
                        _test.Clock.Now += 10;
                        _test.Log.ExpireProducers(TimeSpan.FromMilliseconds(5));
                        _firstProducer += 10;
                        break;
                    default:
                        Write();
                        break;
                }
            }

            Compare();
            Reopen(_random.Next(2) == 0 ? _test.Disk.Kill() : _test.Disk.PowerCut(_random));
            Compare();
        }

        public async Task CompactAsync()
        {
            Foresee();
            var cleaner = CompactedLog.Cleaner;
            if (_random.Next(3) == 0)
                cleaner = cleaner with { DedupeBufferBytes = KeyOffsets.SlotBytes * _random.Next(3, 20) };
            await _test.CompactAsync(cleaner);
        }

        /// <summary>Ends the power at an operation of a pass; answers whether the pass had as many.</summary>
        public async Task<bool> CutDuringCompactionAsync(int at, Random random)
        {
            Foresee();
            var left = at;
            _test.Disk.Before = (_, _) =>
            {
                if (left-- <= 0)
                    throw new IOException("Power is going.");
            };
            try
            {
                await _test.CompactAsync();
            }
            catch (IOException)
            {
                // The cut came in the middle.
            }

            _test.Disk.Before = null;
            var reached = left < 0;
            Reopen(random.Next(2) == 0 ? _test.Disk.PowerCut(random) : _test.Disk.Kill());
            return reached;
        }

        /// <summary>Lets operations of a pass fail, then repairs the log; answers whether the pass had as many.</summary>
        public async Task<bool> FailDuringCompactionAsync(int at, int failures, Random random)
        {
            Foresee();
            var seen = 0;
            _test.Disk.HalfDone = random;
            _test.Disk.Before = (_, _) =>
            {
                if (seen++ is var n && n >= at && n < at + failures)
                    throw new IOException("It fails for a while.");
            };
            try
            {
                await _test.CompactAsync();
            }
            catch (IOException)
            {
                // The broker goes on.
            }

            _test.Disk.Before = null;
            _test.Disk.HalfDone = null;
            Assert.True(_test.Log.TryRepair());
            return seen > at;
        }

        public void Reopen(Random random, bool powerCut) =>
            Reopen(powerCut ? _test.Disk.PowerCut(random) : _test.Disk.Kill());

        public void Write()
        {
            _test.Clock.Now += _random.Next(3);
            var kind = _random.Next(1, 6);
            var (producer, transactional) = (_firstProducer + kind, kind <= 3);
            if (transactional && _open.ContainsKey(producer) && _random.Next(3) == 0)
            {
                End(producer, commit: _random.Next(3) > 0);
                return;
            }

            var records = Enumerable.Range(0, _random.Next(1, 4))
                .Select(_ => ($"k{_random.Next(12)}", _random.Next(4) == 0 ? null : _random.Next(100_000).ToString(CultureInfo.InvariantCulture)))
                .ToArray();
            var sequence = _sequences.GetValueOrDefault(producer);
            var compression = (CompressionType)(_random.Next(3) == 0 ? _random.Next(5) : 0);
            var first = _test.PutAs(
                kind == 5 ? null : (producer, 0, sequence), records, compression, transactional);
            if (kind != 5)
                _sequences[producer] = sequence + records.Length;
            for (var i = 0; i < records.Length; i++)
                _written[first + i] = new(records[i].Item1, records[i].Item2, _test.Clock.Now, transactional ? null : true);
            if (transactional)
            {
                if (!_open.TryGetValue(producer, out var offsets))
                    _open[producer] = offsets = [];
                offsets.AddRange(Enumerable.Range(0, records.Length).Select(i => first + i));
            }
        }

        public void Compare()
        {
            var log = _test.Log;
            var undecided = _open.Count == 0 ? log.NextOffset : _open.Values.Min(offsets => offsets[0]);
            Assert.Equal(undecided, log.LastStableOffset);
            Assert.True(log.CleanedTo <= undecided);
            var found = _test.Records(ReadLimit.LastStable)
                .Where(record => !record.EndsWith("commit", StringComparison.Ordinal) && !record.EndsWith("abort", StringComparison.Ordinal))
                .ToList();

            // What a reader finds is what was committed, in order; and nothing that was aborted.
            var committed = _written.Where(entry => entry.Key < undecided && entry.Value.Committed == true)
                .ToDictionary(entry => entry.Key, entry => entry.Value.Text(entry.Key));
            Assert.Empty(found.Except(committed.Values));
            Assert.Equal(found.Distinct(), found);

            // Of each key the newest value is there.
            foreach (var key in _written.Values.Select(written => written.Key).Distinct())
            {
                var newest = _written.LastOrDefault(entry => entry.Key < undecided && entry.Value.Committed == true && entry.Value.Key == key);
                if (newest.Value is { Value: not null })
                    Assert.Contains(newest.Value.Text(newest.Key), found);

                // A deleted key must not come back, whatever became of its tombstone.
                if (newest.Value is { Value: null })
                {
                    var last = found.LastOrDefault(record => record.Contains($":{key}=", StringComparison.Ordinal) || record.Contains($":{key}!", StringComparison.Ordinal));
                    Assert.True(last is null || last == newest.Value.Text(newest.Key) || !IsCleaned(newest.Key), $"{key} came back: {last}");
                }
            }

            // Nothing is missing that no pass has looked at.
            Assert.Empty(committed.Where(entry => entry.Key >= _cleanedTo).Select(entry => entry.Value).Except(found));

            bool IsCleaned(long offset) => offset < log.CleanedTo;
        }

        /// <summary>How far the next pass may get; how far it got is not known after a crash.</summary>
        private void Foresee() => _cleanedTo = Math.Max(_cleanedTo, _test.Log.PlanCompaction()?.End ?? 0);

        private void End(long producer, bool commit)
        {
            Assert.Equal(ErrorCode.None, _test.End(producer, 0, commit).Error);
            _open.Remove(producer, out var offsets);
            foreach (var offset in offsets!)
                _written[offset] = _written[offset] with { Committed = commit };
        }

        private void Reopen(SimulatedDisk disk)
        {
            var now = _test.Clock.Now;
            _test.Dispose();
            _test = new TestLog(disk, Settings);
            _test.Clock.Now = now;
        }

        private sealed record Written(string Key, string? Value, long Timestamp, bool? Committed)
        {
            public string Text(long offset) => $"{offset}:{Key}{(Value is null ? "!" : "=" + Value)}@{Timestamp}";
        }
    }
}
