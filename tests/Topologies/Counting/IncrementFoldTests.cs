using MedStreams.Topologies.Increments;
using MedStreams.Topologies.Increments.Counting;

namespace MedStreams.Topologies.Tests.Counting;

public sealed class IncrementFoldTests
{
    private const string Key = "pacs|stored";
    private const long Minute = 60_000;
    private const long Arrival = 1_000 * Minute;

    private static readonly IncrementTimes Times = new(Minute, 2 * Minute, 60 * Minute);

    private readonly MemoryState _state = new();
    private readonly Dictionary<string, IncrementRow> _table = [];

    [Fact]
    public void Events_count_in_their_minute_with_running_totals()
    {
        var fold = Fold();
        fold.Add(Key, "a", 0, Arrival, "x");
        fold.Add(Key, "a", 59_999, Arrival, "x");
        fold.Add(Key, "a", Minute, Arrival, "y");
        fold.Add(Key, "a", 3 * Minute, Arrival, null);
        Emit(fold);

        Assert.Equal([(0, 2, 1, 2, 0), (1, 1, 1, 3, 0), (3, 1, 0, 4, 0)], Rows());
    }

    [Fact]
    public void An_event_within_the_grace_corrects_its_window_and_the_totals_behind_it()
    {
        var fold = Fold();
        fold.Add(Key, "a", 0, Arrival, "x");
        fold.Add(Key, "a", Minute, Arrival, "x");
        fold.Add(Key, "a", (3 * Minute) - 1, Arrival, "x");
        Emit(fold);
        fold.Add(Key, "a", 1, Arrival, "y");

        Assert.Equal(3, Emit(fold));
        Assert.Equal([(0, 2, 2, 2, 0), (1, 1, 1, 3, 0), (2, 1, 1, 4, 0)], Rows());
    }

    [Fact]
    public void An_event_beyond_the_grace_counts_as_late_in_the_current_window_of_its_lane()
    {
        var fold = Fold();
        fold.Add(Key, "a", 0, Arrival, "x");
        fold.Add(Key, "a", 3 * Minute, Arrival, "x");
        fold.Add(Key, "a", Minute - 1, Arrival, "y");
        Emit(fold);

        Assert.Equal([(0, 1, 1, 1, 0), (3, 1, 1, 2, 1)], Rows());
    }

    [Fact]
    public void A_lane_is_not_late_because_another_one_is_ahead()
    {
        var fold = Fold();
        fold.Add(Key, "a", 30 * Minute, Arrival, "x");
        fold.Add(Key, "b", 0, Arrival, "x");
        fold.Add(Key, "b", Minute, Arrival, "x");
        Emit(fold);

        Assert.Equal([(0, 1, 1, 1, 0), (1, 1, 1, 2, 0), (30, 1, 1, 3, 0)], Rows());
    }

    [Fact]
    public void Only_rows_that_changed_are_emitted()
    {
        var fold = Fold();
        fold.Add(Key, "a", 0, Arrival, "x");
        fold.Add(Key, "a", Minute, Arrival, "x");
        Assert.Equal(2, Emit(fold));
        Assert.Equal(0, Emit(fold));
        fold.Add(Key, "a", Minute, Arrival, "x");
        fold.Add("other|thing", "a", 0, Arrival, "x");

        Assert.Equal(2, Emit(fold));
    }

    [Fact]
    public void What_was_not_emitted_before_a_restart_is_emitted_after_it()
    {
        var fold = Fold();
        fold.Add(Key, "a", 0, Arrival, "x");
        Emit(fold);
        fold.Add(Key, "a", 1, Arrival, "y");
        _table.Clear();

        Assert.Equal(1, Emit(Fold()));
        Assert.Equal([(0, 2, 2, 2, 0)], Rows());
    }

    [Fact]
    public void Old_logs_are_counted_behind_newer_ones()
    {
        var fold = Fold();
        fold.Add(Key, "a", 900 * Minute, Arrival, "x");
        fold.Add(Key, "b", 0, Arrival, "x");
        Emit(fold);

        Assert.Equal([(0, 1, 1, 1, 0), (900, 1, 1, 2, 0)], Rows());
    }

    [Fact]
    public void Windows_and_lanes_that_no_event_reached_for_the_retention_are_dropped_and_stay_closed()
    {
        var fold = Fold();
        fold.Add(Key, "a", 0, Arrival, "x");
        fold.Add(Key, "b", 5 * Minute, Arrival, "x");
        Emit(fold);
        fold.Add(Key, "c", 70 * Minute, Arrival + (61 * Minute), "x");
        Emit(fold);
        Assert.Equal([70 * Minute], _state.Windows.Keys.Select(w => w.Start));
        Assert.Single(_state.Sketches);
        Assert.Single(_state.Lanes);
        fold.Add(Key, "d", 5 * Minute, Arrival + (62 * Minute), "x");
        fold.Add(Key, "d", 6 * Minute, Arrival + (62 * Minute), "x");
        Emit(fold);

        Assert.Equal([(0, 1, 1, 1, 0), (5, 1, 1, 2, 0), (6, 1, 1, 3, 0), (70, 1, 1, 4, 1)], Rows());
    }

    [Fact]
    public void A_late_event_never_opens_a_window_that_was_dropped()
    {
        var fold = Fold();
        fold.Add(Key, "a", 0, Arrival, "x");
        Emit(fold);
        fold.Add("other|thing", "a", 0, Arrival, "x");
        var totals = _state.AllTotals[Key];
        _state.DropIdle(Key, long.MaxValue);
        _state.PutTotals(Key, totals with { ClosedBefore = Minute });
        fold = Fold();
        fold.Add(Key, "b", 1, Arrival, "x");
        Emit(fold);

        Assert.Equal((0, 1), (_table[$"{Key}|1970-01-01T16:40:00Z"].Count, _table[$"{Key}|1970-01-01T16:40:00Z"].Late));
        Assert.Equal(1, _table[$"{Key}|1970-01-01T00:00:00Z"].Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void The_table_does_not_depend_on_how_lanes_are_interleaved_or_when_rows_are_emitted(int seed)
    {
        var random = new Random(seed);
        var lanes = Enumerable.Range(0, 4).Select(lane => Enumerable.Range(0, 200).Select(i =>
            (Lane: $"lane{lane}", Time: (i * 5_000L) + (random.Next(4) == 0 ? -random.Next(300_000) : 0) + 400_000, Subject: $"s{random.Next(900)}")).ToArray())
            .ToArray();
        foreach (var events in lanes.SelectMany(l => l).ToArray().GroupBy(e => e.Lane))
        {
            var whole = Fold();
            foreach (var (lane, time, subject) in events)
                whole.Add(Key, lane, time, Arrival, subject);
            Emit(whole);
        }

        var expected = Rows();
        Assert.Contains(expected, row => row.Late > 0);

        _table.Clear();
        var state = new MemoryState();
        var fold = new IncrementFold(Times, state);
        var at = new int[lanes.Length];
        while (at.Sum() < lanes.Sum(l => l.Length))
        {
            var lane = random.Next(lanes.Length);
            if (at[lane] == lanes[lane].Length)
                continue;
            var (name, time, subject) = lanes[lane][at[lane]++];
            fold.Add(Key, name, time, Arrival, subject);
            if (random.Next(10) == 0)
                Emit(fold);
            if (random.Next(50) == 0)
                fold = new(Times, state);
        }

        Emit(fold);
        Assert.Equal(expected, Rows());
        Assert.Equal(800, expected.Sum(r => r.Count + r.Late));
    }

    private IncrementFold Fold() => new(Times, _state);

    private int Emit(IncrementFold fold)
    {
        var rows = 0;
        fold.Emit(row =>
        {
            rows++;
            _table[row.ToKey()] = row;
        });
        return rows;
    }

    private List<(int Minute, long Count, long Distinct, long Total, long Late)> Rows() =>
    [
        .. _table.Values.OrderBy(r => r.WindowStart).Select(r =>
            ((int)(r.WindowStart.ToUnixTimeMilliseconds() / Minute), r.Count, r.DistinctSubjects, r.RunningTotal, r.Late)),
    ];
}
