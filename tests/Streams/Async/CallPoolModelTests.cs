using System.Collections.Concurrent;
using FsCheck;
using FsCheck.Fluent;
using MedStreams.Streams.Async;

namespace MedStreams.Streams.Tests.Async;

/// <summary>Random records, durations and failures through the calls of a node, held to what a sequential run would give.</summary>
public sealed class CallPoolModelTests
{
    [Theory]
    [InlineData(AsyncOrder.Key)]
    [InlineData(AsyncOrder.Partition)]
    [InlineData(AsyncOrder.None)]
    public void Every_record_is_settled_once_and_in_its_order(AsyncOrder order) =>
        Prop.ForAll<byte[]>(script => new Run(order, script).Check()).Check(Config.QuickThrowOnFailure.WithMaxTest(60).WithEndSize(120));

    /// <summary>A byte is a record: its key (one of eight, one of them null), how many attempts fail, how long it takes.</summary>
    private sealed class Run
    {
        private const int Places = 5;
        private const int Attempts = 3;
        private readonly byte[] _script;
        private readonly AsyncOrder _order;
        private readonly CallRules _rules = new() { WaitingPerKey = 3 };
        private readonly CallPool<string?, int, string?, int> _calls;
        private readonly ConcurrentDictionary<int, int> _attempts = new();
        private readonly ConcurrentDictionary<string, int> _runningOfKey = new(StringComparer.Ordinal);
        private int _running;
        private int _most;

        public Run(AsyncOrder order, byte[] script)
        {
            (_order, _script) = (order, script);
            var options = new AsyncOptions
            {
                MaxConcurrency = Places,
                Order = order,
                Timeout = TimeSpan.FromMinutes(5),
                Retry = new AsyncRetry { MaxAttempts = Attempts, Delay = TimeSpan.Zero, Jitter = false },
            };
            _calls = new CallPool<string?, int, string?, int>("node", default, CallAsync, options, _rules, TimeProvider.System);
        }

        public void Check()
        {
            var settled = new List<int>();
            var failed = new List<int>();
            for (var i = 0; i < _script.Length;)
            {
                while (i < _script.Length && _calls.HasRoom)
                    _calls.Add(new Record<string?, int>(KeyOf(i), i, i), new RecordMetadata("t", 0, i++));
                Take(settled, failed);
            }

            while (_calls.InFlight > 0)
                Take(settled, failed);

            Assert.Equal(Enumerable.Range(0, _script.Length), settled.Order());
            Assert.Equal(Enumerable.Range(0, _script.Length).Where(i => FailuresOf(i) >= Attempts), failed.Order());
            Assert.All(_attempts, a => Assert.Equal(Math.Min(Attempts, FailuresOf(a.Key) + 1), a.Value));
            Assert.InRange(_most, 0, Places);
            if (_order == AsyncOrder.Partition)
                Assert.Equal(settled.Order(), settled);
            if (_order == AsyncOrder.Key)
                Assert.All(settled.Where(i => KeyOf(i) is not null).GroupBy(KeyOf), g => Assert.Equal(g.Order(), g));
        }

        private void Take(List<int> settled, List<int> failed)
        {
            if (!_calls.TryTake(out var call))
            {
                _rules.Wait(TimeSpan.FromMilliseconds(50));
                return;
            }

            settled.Add(call.Record.Value);
            if (call.Error is not null)
                failed.Add(call.Record.Value);
            else
                Assert.Equal(call.Record.Value, Assert.Single(call.Results).Value);
            _calls.Settle(call);
        }

        private string? KeyOf(int record) => (_script[record] & 7) is var key && key == 7 ? null : $"k{key}";

        private int FailuresOf(int record) => (_script[record] >> 3) & 3;

        private async ValueTask<IReadOnlyList<Record<string?, int>>> CallAsync(Record<string?, int> record, AsyncCallContext context)
        {
            var running = Interlocked.Increment(ref _running);
            InterlockedMax(ref _most, running);
            if (_order != AsyncOrder.None && record.Key is { } key)
                Assert.Equal(1, _runningOfKey.AddOrUpdate(key, 1, static (_, n) => n + 1));
            try
            {
                Assert.Equal(context.Attempt, _attempts.AddOrUpdate(record.Value, 1, static (_, n) => n + 1));
                for (var i = 0; i < _script[record.Value] >> 5; i++)
                    await Task.Yield();
                return context.Attempt <= FailuresOf(record.Value) ? throw new InvalidOperationException() : [record];
            }
            finally
            {
                if (record.Key is { } done)
                    _runningOfKey.AddOrUpdate(done, 0, static (_, n) => n - 1);
                Interlocked.Decrement(ref _running);
            }
        }

        private static void InterlockedMax(ref int most, int value)
        {
            int seen;
            while ((seen = Volatile.Read(ref most)) < value && Interlocked.CompareExchange(ref most, value, seen) != seen)
            {
            }
        }
    }
}
