using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Pacs.Differences;
using MedStreams.Support;

namespace MedStreams.Dicom.Tests.Pacs.Differences;

/// <summary>Two PACS compared study by study.</summary>
public sealed class DifferenceRunTests : IDisposable
{
    private static readonly DateOnly Day = new(2020, 1, 2);
    private readonly string _folder = Directory.CreateTempSubdirectory("medstreams-diff-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Two_that_hold_the_same_differ_in_nothing()
    {
        var (summary, differences) = await Compare(Filled("old", 20), Filled("new", 20), new DifferenceOptions { Level = VerificationLevel.Digests });
        Assert.True(summary.IsEmpty);
        Assert.Equal((20, 20), (summary.Studies, summary.Equal));
        Assert.Equal((20, 200), (summary.Objects, summary.Bytes));
        Assert.Empty(differences);
    }

    [Fact]
    public async Task Missing_extra_and_different_are_told_by_study_and_object()
    {
        var (old, other) = (Filled("old", 6), Filled("new", 6));
        other.Studies.Remove("1.3");
        other.Add("1.9", Day);
        other.Studies["1.1"].Objects.Clear();
        other.Studies["1.2"].Objects[0] = new HeldObject("1.2.1", 10, "other");
        other.Studies["1.4"].Objects.Add(new HeldObject("1.4.2", 1, "more"));
        other.Studies["1.5"] = (other.Studies["1.5"].Exam with { PatientId = "X", StudyDate = null }, other.Studies["1.5"].Objects);
        var (summary, differences) = await Compare(old, other, new DifferenceOptions { Level = VerificationLevel.Digests });
        Assert.False(summary.IsEmpty);
        Assert.Equal((7, 1, 1, 1, 4), (summary.Studies, summary.Equal, summary.Missing, summary.Extra, summary.Different));
        Assert.Equal(["1.1", "1.2", "1.3", "1.4", "1.5", "1.9"], differences.Select(d => d.StudyInstanceUid));
        Assert.Equal(
            ["Different Missing", "Different Digest", "Missing ", "Different Extra", "Different ", "Extra "],
            differences.Select(d => $"{d.Kind} {string.Join(' ', d.Objects.Select(o => o.Kind))}"));
        Assert.Equal(["PatientID", "StudyDate"], differences[4].Attributes);
    }

    [Theory]
    [InlineData(VerificationLevel.Record, 0)]
    [InlineData(VerificationLevel.Objects, 0)]
    [InlineData(VerificationLevel.Sizes, 1)]
    [InlineData(VerificationLevel.Digests, 2)]
    public async Task A_closer_look_finds_more(VerificationLevel level, int different)
    {
        var (old, other) = (Filled("old", 3), Filled("new", 3));
        other.Studies["1.1"].Objects[0] = new HeldObject("1.1.1", 11, "x");
        other.Studies["1.2"].Objects[0] = new HeldObject("1.2.1", 10, "x");
        var (summary, _) = await Compare(old, other, new DifferenceOptions { Level = level });
        Assert.Equal(different, summary.Different);
        Assert.Equal(level == VerificationLevel.Record ? 0 : 3, other.Inspected);
    }

    [Fact]
    public async Task Lists_longer_than_memory_are_sorted_on_disk_and_leave_nothing_behind()
    {
        var (old, other) = (Filled("old", 500), Filled("new", 500));
        other.Studies.Remove("1.77");
        var held = new List<string>();
        var run = new DifferenceRun(old.Side, other.Side, _folder, new DifferenceOptions { SortedInMemory = 7, PageSize = 13, Level = VerificationLevel.Record })
        {
            Progress = _ => held.AddRange(Directory.EnumerateFiles(_folder, "*.exams", SearchOption.AllDirectories).Take(3).Select(File.ReadAllText)),
        };
        var summary = await run.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal((500, 1), (summary.Studies, summary.Missing));
        Assert.NotEmpty(held);
        Assert.DoesNotContain(held, text => text.Contains("SECRET", StringComparison.Ordinal));
        Assert.Equal(["differences.jsonl", "state.json"], Directory.EnumerateFileSystemEntries(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(100)]
    public async Task A_comparison_that_was_cut_goes_on_and_comes_to_the_same_end(int cutAt)
    {
        var (old, other) = (Filled("old", 150), Filled("new", 150));
        foreach (var uid in (string[])["1.5", "1.60", "1.140"])
            other.Studies[uid].Objects.Clear();
        var (asked, pages) = (0, 0);
        other.OnAsk = what =>
        {
            if (what != "page" && Interlocked.Increment(ref asked) == cutAt)
                throw new PacsException("away");
        };
        var options = new DifferenceOptions { Retries = 0, Parallel = 1 };
        await Assert.ThrowsAsync<PacsException>(() => new DifferenceRun(old.Side, other.Side, _folder, options).RunAsync(TestContext.Current.CancellationToken));
        pages = old.Pages + other.Pages;

        var (summary, differences) = await Compare(old, other, options);
        Assert.Equal(pages, old.Pages + other.Pages); // the lists were there already
        Assert.True(asked <= 150 + 32, $"{asked}"); // and what was compared, but for the last few
        Assert.Equal((150, 147, 3), (summary.Studies, summary.Equal, summary.Different));
        Assert.Equal(["1.140", "1.5", "1.60"], differences.Select(d => d.StudyInstanceUid));
    }

    [Fact]
    public async Task A_list_that_was_cut_is_asked_for_again_and_nothing_is_counted_twice()
    {
        var (old, other) = (Filled("old", 30), Filled("new", 30));
        var pages = 0;
        old.OnAsk = what =>
        {
            if (what == "page" && ++pages == 2)
                throw new PacsException("away");
        };
        var options = new DifferenceOptions { Retries = 0, PageSize = 10, SortedInMemory = 4 };
        await Assert.ThrowsAsync<PacsException>(() => new DifferenceRun(old.Side, other.Side, _folder, options).RunAsync(TestContext.Current.CancellationToken));
        var (summary, _) = await Compare(old, other, options);
        Assert.True(summary.IsEmpty);
        Assert.Equal(30, summary.Studies);
    }

    [Fact]
    public async Task What_a_limit_of_results_cuts_is_found_day_by_day_and_an_alarm_stays()
    {
        var old = new PretendedPacs("old") { Limit = 5 };
        var other = new PretendedPacs("new");
        for (var i = 0; i < 12; i++)
            old.Add($"1.{i}", i % 4 == 3 ? null : Day.AddDays(i % 4));
        var (cut, _) = await Compare(old, other, new DifferenceOptions { Level = VerificationLevel.Record });
        Assert.Equal(5, cut.Missing);
        Assert.False(cut.IsEmpty);
        Assert.Single(cut.Alarms);
        Directory.Delete(_folder, recursive: true);

        var (whole, _) = await Compare(old, other, new DifferenceOptions { Level = VerificationLevel.Record, Range = ExamWindow.Days(Day, Day.AddDays(2)), AsksByDays = true });
        Assert.Equal(12, whole.Missing);
        Assert.Single(whole.Alarms);
    }

    [Fact]
    public async Task A_study_that_either_side_puts_into_the_range_is_compared()
    {
        var old = new PretendedPacs("old").Add("1.1", Day).Add("1.2", Day.AddYears(1)).Add("1.3");
        var other = new PretendedPacs("new").Add("1.1", Day.AddYears(1)).Add("1.2", Day.AddYears(1)).Add("1.3");
        var (summary, differences) = await Compare(old, other, new DifferenceOptions { Range = ExamWindow.Days(Day, Day) });
        Assert.Equal(2, summary.Studies);
        Assert.Equal(["StudyDate"], Assert.Single(differences).Attributes);
    }

    [Fact]
    public async Task A_study_that_a_PACS_refuses_to_show_is_unknown_and_the_others_are_compared()
    {
        var (old, other) = (Filled("old", 5), Filled("new", 5));
        other.OnAsk = what =>
        {
            if (what == "1.3")
                throw new PacsException("it is locked") { Failure = PacsFailure.Refused };
        };
        var (summary, differences) = await Compare(old, other, new DifferenceOptions());
        Assert.Equal((5, 4, 1), (summary.Studies, summary.Equal, summary.Unknown));
        Assert.Equal(("1.3", "it is locked"), (Assert.Single(differences).StudyInstanceUid, differences[0].Reason));
    }

    [Fact]
    public async Task A_PACS_that_is_away_for_a_moment_is_asked_again()
    {
        var (old, other) = (Filled("old", 3), Filled("new", 3));
        var (time, asked) = (new ManualTime(), 0);
        other.OnAsk = what =>
        {
            if (what == "1.1" && ++asked < 3)
                throw new PacsException("away");
        };
        var comparing = Compare(old, other, new DifferenceOptions { Clock = time, Parallel = 1 });
        await Eventually.Holds(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return comparing.IsCompleted;
        });
        Assert.True((await comparing).Summary.IsEmpty);
        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task The_folder_of_another_comparison_is_refused()
    {
        await Compare(Filled("old", 1), Filled("new", 1), new DifferenceOptions());
        await Assert.ThrowsAsync<InvalidOperationException>(() => Compare(Filled("old", 1), Filled("other", 1), new DifferenceOptions()));
    }

    private async Task<(DifferenceSummary Summary, List<StudyDifference> Differences)> Compare(PretendedPacs first, PretendedPacs second, DifferenceOptions options)
    {
        var run = new DifferenceRun(first.Side, second.Side, _folder, options);
        var summary = await run.RunAsync(TestContext.Current.CancellationToken);
        return (summary, await run.ReadAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));
    }

    private static PretendedPacs Filled(string name, int count)
    {
        var pacs = new PretendedPacs(name);
        for (var i = 0; i < count; i++)
            pacs.Add($"1.{i}", Day, new HeldObject($"1.{i}.1", 10, $"digest {i}"));
        return pacs;
    }
}
