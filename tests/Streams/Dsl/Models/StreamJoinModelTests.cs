using MedStreams.Streams.Testing;

namespace MedStreams.Streams.Tests.Dsl.Models;

/// <summary>
/// Joins of streams, held to their definition over all pairs. Pairs come with the later of both records. A record without partner comes alone, once, and
/// never before its window has closed.
/// </summary>
public sealed class StreamJoinModelTests
{
    private const int Inner = 0;
    private const int Left = 1;
    private const int Outer = 2;

    [Theory]
    [InlineData(Inner, 4, 4, 0)]
    [InlineData(Inner, 0, 6, 1_000)]
    [InlineData(Inner, 6, -2, 10)]
    [InlineData(Left, 4, 4, 0)]
    [InlineData(Left, 0, 6, 3)]
    [InlineData(Outer, 4, 4, 2)]
    [InlineData(Outer, 6, 1, 5)]
    [InlineData(Outer, -1, 5, 30)]
    public void Joins(int kind, long before, long after, long grace) =>
        Script.Check(
            2,
            b =>
            {
                var windows = JoinWindows.OfTimeDifferenceAndGrace(Ms(Math.Max(before, after)), Ms(grace)).Before(Ms(before)).After(Ms(after));
                var (left, right) = (b.Stream<string?, int?>("in0"), b.Stream<string?, int?>("in1"));
                var joined = kind switch
                {
                    Inner => left.Join(right, (x, y) => $"{x}+{y}", windows),
                    Left => left.LeftJoin(right, (x, y) => $"{x}+{y}", windows),
                    _ => left.OuterJoin(right, (x, y) => $"{x}+{y}", windows),
                };
                joined.To("out");
            },
            (driver, records) =>
            {
                var model = new Model(kind, before, after, grace);
                // Not right after 1970: there windows that would reach before it are cut at 0, as in Kafka Streams, and find what lies there.
                foreach (var record in records)
                    model.Step(record with { Time = record.Time + 1_000 }, driver);
                // Far ahead everything has closed; the second record of a side looks after what the first one let pass.
                foreach (var time in (long[])[1_000_000, 2_000_000, 3_000_000])
                    model.Step(new Piped(1, "z", null, time), driver, new Piped(0, "z", null, time));
                model.Step(new Piped(0, "end", 1, 4_000_000), driver);
                model.AssertAllTold();
            });

    private static TimeSpan Ms(long milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private sealed class Model(int kind, long before, long after, long grace)
    {
        private readonly List<Piped> _seen = [];
        private readonly HashSet<Piped> _paired = new(ReferenceEqualityComparer.Instance);
        private readonly HashSet<Piped> _toldAlone = new(ReferenceEqualityComparer.Instance);
        private readonly long[] _storeTime = [-1, -1];
        private long _streamTime = -1;

        public void Step(Piped record, TopologyTestDriver driver, Piped? also = null)
        {
            driver.Pipe(record);
            if (also is not null)
                driver.Pipe(also);
            _streamTime = Math.Max(_streamTime, record.Time);
            var output = driver.Out();
            foreach (var alone in output.Where(o => IsAlone(o.Value!)))
                TakeAlone(record, alone);
            Assert.Equal(Pairs(record), output.Where(o => !IsAlone(o.Value!)));
            Remember(record);
        }

        /// <summary>Each record that can stand alone was told alone, unless it was paired before.</summary>
        public void AssertAllTold() =>
            Assert.DoesNotContain(
                _seen, r => StandsAlone(r) && !_paired.Contains(r) && !_toldAlone.Contains(r) && r.Key != "end");

        /// <summary>The results with records that the other side still keeps, in the order of their times, then of their arrival.</summary>
        private List<(string? Key, string? Value, long Time)> Pairs(Piped record)
        {
            var pairs = new List<(string? Key, string? Value, long Time)>();
            if (record.Key is null || record.Value is null)
                return pairs;
            var kept = _storeTime[1 - record.Topic] - (before + after + grace);
            foreach (var other in _seen.Where(o => o.Topic != record.Topic && o.Key == record.Key).OrderBy(o => o.Time))
            {
                var (left, right) = record.Topic == 0 ? (record, other) : (other, record);
                if (right.Time < left.Time - before || right.Time > left.Time + after || other.Time <= kept)
                    continue;
                _paired.Add(record);
                _paired.Add(other);
                pairs.Add((record.Key, $"{left.Value}+{right.Value}", Math.Max(left.Time, right.Time)));
            }

            return pairs;
        }

        /// <summary>It is a record that may stand alone, has not been told yet, was not paired before, and has waited until its window closed.</summary>
        private void TakeAlone(Piped record, (string? Key, string? Value, long Time) alone)
        {
            var look = record.Topic == 0 ? after : before;
            var cameLate = Alone(record) == alone && (record.Key is null || record.Time + look < _streamTime);
            var told = (cameLate ? [record] : _seen)
                .First(r => Alone(r) == alone && StandsAlone(r) && !_paired.Contains(r) && !_toldAlone.Contains(r));
            _toldAlone.Add(told);
            look = told.Topic == 0 ? after : before;
            Assert.True(cameLate || told.Time + look + grace < _streamTime, $"{alone} was told too early, at {_streamTime}.");
        }

        private void Remember(Piped record)
        {
            if (record.Value is null)
                return;
            _seen.Add(record);
            if (record.Key is not null)
                _storeTime[record.Topic] = Math.Max(_storeTime[record.Topic], record.Time);
        }

        private bool StandsAlone(Piped record) =>
            record.Value is not null && (kind == Outer || (kind == Left && record.Topic == 0));

        private static bool IsAlone(string value) => value.EndsWith('+') || value.StartsWith('+');

        private static (string? Key, string? Value, long Time) Alone(Piped record) =>
            (record.Key, record.Topic == 0 ? $"{record.Value}+" : $"+{record.Value}", record.Time);
    }
}
