using System.Globalization;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Records;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Tests.Storage;

/// <summary>What was written, by offset, and how much of it was acknowledged.</summary>
internal sealed class LogModel
{
    private readonly List<string> _records = [];
    private readonly Dictionary<int, int> _sequences = [];
    private readonly SortedDictionary<int, int> _open = [];
    private long _acknowledged;

    public void Append(TestLog test, Random random)
    {
        test.Clock.Now += random.Next(3);
        var producer = random.Next(1, 4);
        var transactional = producer != 1;
        var count = random.Next(1, 6);
        var sequence = _sequences.GetValueOrDefault(producer);
        var result = test.Append(producer, 0, sequence, transactional, count);
        if (result.Error == ErrorCode.KafkaStorageError)
            throw new IOException("The disk failed.");
        Assert.Equal(ErrorCode.None, result.Error);
        Assert.Equal(_records.Count, result.BaseOffset);
        if (transactional)
            _open.TryAdd(producer, _records.Count);
        for (var i = 0; i < count; i++)
            _records.Add($"{_records.Count}={producer}:{sequence + i}");
        _sequences[producer] = sequence + count;
    }

    public void End(TestLog test, Random random)
    {
        if (_open.Count == 0)
            return;
        var producer = _open.Keys.ElementAt(random.Next(_open.Count));
        var commit = random.Next(2) == 0;
        if (test.End(producer, 0, commit).Error != ErrorCode.None)
            throw new IOException("The disk failed.");
        _records.Add($"{_records.Count}={(commit ? "commit" : "abort")} of {producer}");
        _open.Remove(producer);
    }

    public void Acknowledge(long highWatermark) => _acknowledged = Math.Max(_acknowledged, highWatermark);

    /// <summary>Compares the log with what was written, then goes on from what is left.</summary>
    public void Compare(TestLog test)
    {
        var start = (int)test.Log.LogStartOffset;
        var found = test.ReadAll(start);
        Assert.True(test.Log.HighWatermark >= _acknowledged, "An acknowledged record is lost.");
        Assert.Equal(test.Log.NextOffset, test.Log.HighWatermark);
        Assert.True(start <= _acknowledged, "The log starts after what could be deleted.");

        // A batch that failed half-way may be there or not, but only as the very last.
        var written = Math.Min(_records.Count, (int)test.Log.NextOffset);
        Assert.Equal(_records[start..written], found[..(written - start)]);
        _records.RemoveRange(start, _records.Count - start);
        _records.AddRange(found);
        _acknowledged = test.Log.HighWatermark;
        Resume();
        CompareTransactions(test, start);
        CompareLookups(test, start);
    }

    private void CompareTransactions(TestLog test, int start)
    {
        var undecided = _open.Count == 0 ? _records.Count : _open.Values.Min();
        Assert.Equal(Math.Max(start, undecided), test.Log.LastStableOffset);
        using var read = test.Log.Read(start, int.MaxValue, ReadLimit.LastStable, atLeastOne: true);
        if (read.Batches.IsEmpty)
            return;
        var named = read.Aborted!.Select(aborted => $"{aborted.LastOffset}=abort of {aborted.ProducerId}");
        var aborts = _records[start..(int)read.NextOffset].Where(record => record.Contains("abort", StringComparison.Ordinal));
        Assert.Empty(aborts.Except(named));
    }

    /// <summary>Finds records by offset and by time without knowing where the one before was.</summary>
    private void CompareLookups(TestLog test, int start)
    {
        for (var offset = start; offset < _records.Count; offset++)
        {
            using var read = test.Log.Read(offset, 10, ReadLimit.HighWatermark, atLeastOne: true);
            Assert.InRange(offset, new RecordBatch(read.Batches.Span).BaseOffset, read.NextOffset - 1);
        }

        if (start < _records.Count)
            Assert.Equal(start, test.Log.FindFirstSince(0, ReadLimit.HighWatermark)!.Value.Offset);
        var latest = test.Log.SegmentTimes.Max(segment => segment.MaxTimestamp);
        if (start == 0 && latest >= 0)
            Assert.Equal(latest, test.Log.FindLatestTime(ReadLimit.HighWatermark)!.Value.Timestamp);
    }

    private void Resume()
    {
        _open.Clear();
        _sequences.Clear();
        for (var offset = 0; offset < _records.Count; offset++)
        {
            var text = _records[offset].Split('=')[1];
            if (text.Split(" of ") is [_, var ended])
            {
                _open.Remove(int.Parse(ended, CultureInfo.InvariantCulture));
                continue;
            }

            var numbers = text.Split(':').Select(number => int.Parse(number, CultureInfo.InvariantCulture)).ToList();
            _sequences[numbers[0]] = numbers[1] + 1;
            if (numbers[0] != 1)
                _open.TryAdd(numbers[0], offset);
        }
    }
}
