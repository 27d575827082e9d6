using System.Buffers.Binary;
using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Records;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Tests.Coordination;

/// <summary>
/// A processor that writes to two partitions and commits an offset in one transaction, under random ends of the process
/// (as kill -9 leaves the files), before and after the decision, and random successors.
/// </summary>
public sealed class CrashPropertyTests
{
    [Fact]
    public void What_readers_see_is_whole_transactions_and_the_offset_of_the_last() =>
        Scripts.Check(runs: 40, longest: 60, script =>
        {
            using var world = new World();
            foreach (var step in script)
            {
                world.DoAsync(step).GetAwaiter().GetResult();
            }

            world.FinishAsync().GetAwaiter().GetResult();
        });

    private sealed class World : IDisposable
    {
        private static readonly TopicPartition[] Partitions = [new("t", 0), new("t", 1)];
        private static readonly TopicPartition Input = new("in", 0);
        private readonly CoordinatorHost _host = new();
        private readonly List<int>[] _written = [[], []];
        private readonly List<int>[] _committed = [[], []];
        private readonly int[] _sequences = new int[2];
        private ProducerIdentity _producer;
        private bool _open;
        private int _value;
        private long _offset = -1;
        private long _pendingOffset = -1;

        public World()
        {
            _host.CreateTopic("t", 2);
            _host.CreateTopic("in");
            InitAsync().GetAwaiter().GetResult();
        }

        public async Task DoAsync(int step)
        {
            switch (step % 10)
            {
                case 0:
                    _host.Restart();
                    break;
                case 1:
                    await InitAsync();
                    break;
                case 2 or 3:
                    await EndAsync(commit: step / 10 % 4 > 0);
                    break;
                case 4:
                    DieInTheEnd(commit: step / 10 % 4 > 0);
                    break;
                case 5:
                    await CommitOffsetAsync(step / 10 % 1000);
                    break;
                default:
                    await WriteAsync(step / 10 % 2);
                    break;
            }
        }

        public async Task FinishAsync()
        {
            await InitAsync();
            for (var p = 0; p < 2; p++)
            {
                var log = _host.Log(Partitions[p]);
                Assert.Equal(log.HighWatermark, log.LastStableOffset);
                Assert.Equal(_committed[p], Visible(log));
            }

            var (_, offsets) = await _host.Groups.FetchAsync("g", [Input], requireStable: true);
            Assert.Equal((ErrorCode.None, _offset), (offsets[0].Error, offsets[0].Offset));
        }

        public void Dispose() => _host.Dispose();

        private async Task InitAsync()
        {
            var (error, producer) = await _host.Transactions.InitAsync("x", 60_000, null);
            Assert.Equal(ErrorCode.None, error);
            _producer = producer;
            Array.Clear(_sequences);
            Forget();
        }

        private async Task WriteAsync(int p)
        {
            await AddAsync(Partitions[p]);
            Assert.Equal(ErrorCode.None, _host.Transactions.Verify("x", _producer, Partitions[p]));
            var batch = new RecordBatchBuilder
            {
                ProducerId = _producer.Id,
                ProducerEpoch = _producer.Epoch,
                BaseSequence = _sequences[p]++,
                IsTransactional = true,
            };
            var value = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(value, ++_value);
            batch.Append(0, null, value);
            var log = _host.Log(Partitions[p]);
            var token = log.BeginVerification(_producer.Id, _producer.Epoch);
            Assert.Equal(
                ErrorCode.None,
                log.Append(batch.Build(), AppendOrigin.Client, token, requireVerification: true).Error);
            _written[p].Add(_value);
        }

        private async Task CommitOffsetAsync(long offset)
        {
            await AddAsync(_host.Groups.PartitionOf("g"));
            var results = await _host.Groups.CommitTransactionalAsync(
                "g", new Committer(-1, "", null), _producer, [(Input, new CommittedOffset(offset, -1, "", 0))],
                p => _host.Transactions.Verify("x", _producer, p));
            Assert.Equal(ErrorCode.None, results[0].Error);
            _pendingOffset = offset;
        }

        private async Task AddAsync(TopicPartition partition)
        {
            Assert.Equal(ErrorCode.None, await _host.Transactions.AddPartitionsAsync("x", _producer, [partition]));
            _open = true;
        }

        private async Task EndAsync(bool commit)
        {
            if (_open)
            {
                Assert.Equal(ErrorCode.None, await _host.Transactions.EndAsync("x", _producer, commit));
                Decided(commit);
            }
        }

        /// <summary>The decision stands in the file when the process ends; no marker does.</summary>
        private void DieInTheEnd(bool commit)
        {
            if (_open)
            {
                _host.Flusher.Hold();
                var end = _host.Transactions.EndAsync("x", _producer, commit).AsTask();
                Assert.False(end.IsCompleted);
                _host.Restart();
                Decided(commit);
            }
        }

        private void Decided(bool commit)
        {
            if (commit)
            {
                for (var p = 0; p < 2; p++)
                {
                    _committed[p].AddRange(_written[p]);
                }

                _offset = _pendingOffset >= 0 ? _pendingOffset : _offset;
            }

            Forget();
        }

        private void Forget()
        {
            _open = false;
            _pendingOffset = -1;
            _written[0].Clear();
            _written[1].Clear();
        }

        private static List<int> Visible(PartitionLog log)
        {
            var values = new List<int>();
            var offset = log.LogStartOffset;
            while (offset < log.LastStableOffset)
            {
                using var read = log.Read(offset, 1 << 20, ReadLimit.LastStable, atLeastOne: true);
                foreach (var batch in new BatchReader(read.Batches.Span, checkCrc: true))
                {
                    var (at, producer) = (batch.BaseOffset, batch.ProducerId);
                    var aborted = read.Aborted!.Exists(
                        a => a.ProducerId == producer && a.FirstOffset <= at && at <= a.LastOffset);
                    if (!batch.IsControl && !aborted)
                    {
                        foreach (var record in batch)
                        {
                            values.Add(BinaryPrimitives.ReadInt32BigEndian(record.Value));
                        }
                    }
                }

                offset = read.NextOffset;
            }

            return values;
        }
    }
}
