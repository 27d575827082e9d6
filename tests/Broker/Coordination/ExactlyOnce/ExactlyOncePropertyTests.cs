using MedStreams.Broker.Protocol;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Tests.Coordination;

/// <summary>
/// The logs and both coordinators together, under random interleavings of clients, some of them zombies, that write, repeat,
/// commit offsets and end transactions; of time-outs; and of ends of the process or of the machine's power at any step of a
/// request.
/// </summary>
public sealed class ExactlyOncePropertyTests
{
    [Fact]
    public void Readers_see_whole_transactions_once_never_an_aborted_record_and_never_less_than_before() =>
        Scripts.Check(runs: 500, longest: 150, script => RunAsync(script).GetAwaiter().GetResult());

    private static async Task RunAsync(int[] script)
    {
        await using var broker = await MortalBroker.StartAsync("t", World.Partitions.Length);
        var world = new World(broker);
        foreach (var step in script)
        {
            await world.DoAsync(step);
            world.Check();
        }

        await world.FinishAsync();
    }

    private sealed class World(MortalBroker broker)
    {
        public static readonly TopicPartition[] Partitions = [new("t", 0), new("t", 1)];

        private static readonly string[] Ids = ["x", "y"];

        /// <summary>Two clients for each transactional id: whoever was initialised last counts.</summary>
        private readonly ExactlyOnceClient[] _clients = [.. Ids.Concat(Ids).Select(id => new ExactlyOnceClient(id, Partitions))];
        private readonly List<Transaction> _all = [];
        private readonly List<int>[] _seen = [[], []];
        private readonly long[] _stable = new long[2];
        private int _value;

        public async Task DoAsync(int step)
        {
            var client = _clients[step % _clients.Length];
            var code = step / _clients.Length;
            var more = code / 16;
            switch (code % 16)
            {
                case 0:
                    await InitAsync(client);
                    break;
                case 1:
                    await broker.CrashAsync(more % 2 == 0 ? null : new Random(more));
                    break;
                case 2 or 3:
                    await DieInAsync(client, StepOf(client, more), more);
                    break;
                case 4:
                    broker.Time.Advance(TimeSpan.FromMilliseconds(more % 3 * 6_000));
                    await broker.Transactions.AbortOverdueAsync();
                    break;
                case 5:
                    await broker.CheckpointAsync();
                    break;
                case 6:
                    Assert.False(await client.TryIntrudeAsync(broker, more % 2, ++_value));
                    break;
                default:
                    await TakeAsync(client, StepOf(client, more));
                    break;
            }
        }

        /// <summary>What a reader sees never becomes less, and nothing in it was aborted.</summary>
        public void Check()
        {
            foreach (var client in _clients)
            {
                Note(client);
            }

            for (var p = 0; p < Partitions.Length; p++)
            {
                var log = broker.Log(Partitions[p]);
                Assert.InRange(log.LastStableOffset, _stable[p], log.HighWatermark);
                _stable[p] = log.LastStableOffset;
                var visible = broker.Visible(Partitions[p]);
                Assert.Equal(_seen[p], visible.Take(_seen[p].Count));
                _seen[p] = visible;
            }

            var values = _seen.SelectMany(seen => seen).ToList();
            Assert.Equal(values.Count, values.Distinct().Count());
            var decided = _all.Where(t => t.Outcome is Outcome.Committed or Outcome.Unknown).SelectMany(t => t.Values.Concat(t.Doubtful)).ToHashSet();
            Assert.Subset(decided, values.ToHashSet());
        }

        /// <summary>Everybody begins anew, so that all is decided: acknowledged commits are there, whole and once.</summary>
        public async Task FinishAsync()
        {
            foreach (var client in _clients)
            {
                await InitAsync(client);
            }

            Check();
            var values = _seen.SelectMany(seen => seen).ToHashSet();
            for (var p = 0; p < Partitions.Length; p++)
            {
                Assert.Equal(broker.Log(Partitions[p]).HighWatermark, broker.Log(Partitions[p]).LastStableOffset);
            }

            foreach (var transaction in _all)
            {
                var all = transaction.Values.Count > 0 && transaction.Values.TrueForAll(values.Contains);
                var some = transaction.Values.Concat(transaction.Doubtful).Any(values.Contains);
                Assert.True(all || !some, "A part of a transaction is there.");
                Assert.True(transaction.Outcome is not Outcome.Open, "A transaction stayed open.");
                Assert.True(all || transaction.Values.Count == 0 || transaction.Outcome is not Outcome.Committed, "What was committed is not there.");
            }

            await CheckOffsetsAsync(values);
        }

        /// <summary>The offset of the last transaction that was committed and had one.</summary>
        private async Task CheckOffsetsAsync(HashSet<int> values)
        {
            foreach (var transactions in _all.Where(t => t.Offset >= 0).GroupBy(t => t.Group))
            {
                var (_, offsets) = await broker.Groups.FetchAsync(transactions.Key, [ExactlyOnceClient.Input], requireStable: true);
                Assert.Equal(ErrorCode.None, offsets[0].Error);
                var possible = transactions.Reverse().TakeWhile(t => t.Outcome is not Outcome.Committed).Where(t => t.Outcome is Outcome.Unknown).ToList();
                var last = transactions.LastOrDefault(t => t.Outcome is Outcome.Committed)?.Offset ?? -1;
                Assert.Contains(offsets[0].Offset, possible.Select(t => t.Offset).Append(last));

                // The end that nobody heard of was the same for the offset and for the records.
                foreach (var transaction in possible.Where(t => t.Values.Count > 0 && t == possible[0]))
                {
                    Assert.Equal(values.Contains(transaction.Values[0]), offsets[0].Offset == transaction.Offset);
                }
            }
        }

        private Func<MortalBroker, Task<bool>> StepOf(ExactlyOnceClient client, int more) => (more % 10) switch
        {
            0 or 1 => client.End(commit: true),
            2 => client.End(commit: false),
            3 => client.CommitOffset(++_value),
            4 => client.Repeat(more / 10 % 2),
            _ => client.Write(more / 10 % 2, ++_value, ++_value),
        };

        private async Task InitAsync(ExactlyOnceClient client)
        {
            Note(client);
            await client.InitAsync(broker);
            foreach (var transaction in _all.Where(t => t.Group == "of-" + client.Id && t.Outcome is Outcome.Open))
            {
                transaction.Outcome = Outcome.Aborted;
            }
        }

        private async Task TakeAsync(ExactlyOnceClient client, Func<MortalBroker, Task<bool>> step)
        {
            if (!client.Lives)
            {
                return;
            }

            Note(client);
            var before = client.Current;
            var done = await client.DoAsync(broker, step);
            Note(client);
            if (!done && before is { Outcome: Outcome.Open })
            {
                before.Outcome = Outcome.Aborted;
            }
        }

        /// <summary>The process or the machine ends in the middle of a request, after some of its syncs.</summary>
        private async Task DieInAsync(ExactlyOnceClient client, Func<MortalBroker, Task<bool>> step, int more)
        {
            if (!client.Lives)
            {
                return;
            }

            broker.Flusher.StallAfter(more / 20 % 5);
            var taking = TakeAsync(client, step);
            await Task.WhenAny(taking, broker.Flusher.Stalled);
            if (!broker.Flusher.Stalled.IsCompleted)
            {
                await taking;
                broker.Flusher.StallAfter(int.MaxValue);
                return;
            }

            Check();
            await broker.CrashAsync(more % 2 == 0 ? null : new Random(more));
            await taking.WaitAsync(TimeSpan.FromSeconds(30));
        }

        private void Note(ExactlyOnceClient client)
        {
            if (client.Current is { } transaction && !_all.Contains(transaction))
            {
                _all.Add(transaction);
            }
        }
    }
}
