using System.Globalization;
using MedStreams.Dicom.Pacs.Differences;
using MedStreams.Dicom.Pacs.Verifying;

namespace MedStreams.Dicom.Pacs.Reporting;

/// <summary>Makes documents of reports.</summary>
public static class ReportDocuments
{
    private static readonly string[] AmountColumns =
    [
        "Expected studies", "Migrated", "Skipped", "Failed", "Open", "Expected objects", "Migrated objects", "Skipped objects", "Expected bytes", "Migrated bytes", "Skipped bytes",
    ];

    private static readonly string[] DifferenceColumns = ["Study", "Day", "Department", "Difference", "Object", "Of the object", "Expected bytes", "Held bytes", "Reason"];

    /// <summary>The report of a run.</summary>
    public static ReportDocument Of(RunReport report) => new(
        $"Migration {report.Run.Name}: {report.Run.Source} to {report.Run.Target}",
        Verdict(report),
        report.IsProven,
        [
            ("Days", $"{Cells.ForPrograms(report.Run.FirstDay)} to {Cells.ForPrograms(report.Run.LastDay)}"),
            ("Verified by", Name(report.Run.Level)),
            ("Started", Cells.Time(report.Run.StartedAt)),
            ("Reported", Cells.Time(report.Run.ReportedAt)),
            ("Source asked for everything", report.Run.IsEnumerated ? "yes" : "not yet"),
            ("Both compared", Compared(report.Comparison)),
        ],
        [
            ReportTable.Of("total", "Total", ["Of", .. AmountColumns], [Row("All", report.Total)], "Nothing was expected."),
            ReportTable.Of("departments", "By department", ["Department", .. AmountColumns], report.Departments.Select(d => Row(d.Key.Length == 0 ? "(none)" : d.Key, d.Amounts)), "None."),
            ReportTable.Of("days", "By day of the examination", ["Day", .. AmountColumns], report.Days.Select(d => Row(d.Key is { } day ? day : "(none)", d.Amounts)), "None."),
            ReportTable.Of(
                "failures",
                "Failures",
                ["Study", "Day", "Department", "Attempts", "Kind", "Reason", "Started", "Ended"],
                report.Failures.Select(f => (object?[])[f.StudyInstanceUid, f.StudyDate, f.Department, (long)f.Attempts, f.Kind, f.Reason, f.StartedAt, f.EndedAt]),
                "No study has failed."),
            ReportTable.Of("differences", "Differences", DifferenceColumns, report.Differences.SelectMany(Rows), "None was found."),
            ReportTable.Of("alarms", "Alarms", ["Alarm"], report.Alarms.Concat(report.Comparison?.Alarms ?? []).Select(a => (object?[])[a]), "The source gave no sign that it kept anything back."),
        ]);

    /// <summary>The report of a comparison.</summary>
    /// <param name="summary">What it came to.</param>
    /// <param name="differences">What differs.</param>
    public static ReportDocument Of(DifferenceSummary summary, IAsyncEnumerable<StudyDifference> differences) => new(
        $"{summary.First} compared with {summary.Second}",
        Verdict(summary),
        summary.IsEmpty,
        [
            ("Compared by", Name(summary.Level)),
            ("Started", Cells.Time(summary.StartedAt)),
            ("Ended", Cells.Time(summary.EndedAt)),
        ],
        [
            ReportTable.Of(
                "total",
                "Studies",
                ["Of", "Compared", "Equal", "Missing", "Extra", "Different", "Unknown", "Objects compared", "Bytes compared"],
                [(object?[])["All", summary.Studies, summary.Equal, summary.Missing, summary.Extra, summary.Different, summary.Unknown, summary.Objects, summary.Bytes]],
                "None."),
            new ReportTable("differences", "Differences", DifferenceColumns, RowsAsync(differences), "None."),
            ReportTable.Of("alarms", "Alarms", ["Alarm"], summary.Alarms.Select(a => (object?[])[a]), "Neither gave a sign that it kept anything back."),
        ]);

    private static string Compared(DifferenceSummary? comparison) => comparison is null
        ? "not since the run"
        : $"{Name(comparison.Level)}; {Cells.Time(comparison.StartedAt)} to {Cells.Time(comparison.EndedAt)}: {Cells.ForPeople(comparison.Equal)} of {Cells.ForPeople(comparison.Studies)} studies equal";

    private static string Verdict(RunReport report)
    {
        var total = report.Total;
        if (report.IsProven)
            return $"Complete: all {Cells.ForPeople(total.Expected.Studies)} studies are in the target, {Cells.ForPeople(total.Skipped.Studies)} of them from before, and nothing differs.";
        var wrong = new List<string>();
        if (!report.Run.IsEnumerated)
            wrong.Add("the source was not asked for everything yet");
        if (total.Open.Studies > 0)
            wrong.Add($"{Cells.ForPeople(total.Open.Studies)} studies are open");
        if (total.Failed.Studies > 0)
            wrong.Add($"{Cells.ForPeople(total.Failed.Studies)} have failed");
        if (report.Differences.Count > 0)
            wrong.Add($"{Cells.ForPeople(report.Differences.Count)} differ");
        if (report.Comparison is { EndedAt: null })
            wrong.Add("the comparison of both is not through");
        if (report.Alarms.Count + (report.Comparison?.Alarms.Count ?? 0) > 0)
            wrong.Add("the source may have kept some back");
        if (wrong.Count == 0)
            wrong.Add("what was migrated is not as much as was expected");
        return $"Not complete: {string.Join(", ", wrong)}.";
    }

    private static string Verdict(DifferenceSummary summary) =>
        summary.IsEmpty ? $"Equal: {Cells.ForPeople(summary.Studies)} studies, and nothing differs."
        : summary.EndedAt is null ? "Not through yet."
        : summary.Equal == summary.Studies ? "What was compared is equal, but something may have been kept back."
        : $"Not equal: of {Cells.ForPeople(summary.Studies)} studies {Cells.ForPeople(summary.Missing)} are missing, {Cells.ForPeople(summary.Extra)} extra, "
            + $"{Cells.ForPeople(summary.Different)} different, {Cells.ForPeople(summary.Unknown)} unknown.";

    private static object?[] Row(object key, ReportedAmounts of) =>
    [
        key, of.Expected.Studies, of.Migrated.Studies, of.Skipped.Studies, of.Failed.Studies, of.Open.Studies,
        of.Expected.Objects, of.Migrated.Objects, of.Skipped.Objects, of.Expected.Bytes, of.Migrated.Bytes, of.Skipped.Bytes,
    ];

    private static async IAsyncEnumerable<IReadOnlyList<object?>> RowsAsync(IAsyncEnumerable<StudyDifference> differences)
    {
        await foreach (var difference in differences)
        {
            foreach (var row in Rows(difference))
                yield return row;
        }
    }

    /// <summary>A row for each object, and one for what differs of the study itself.</summary>
    private static IEnumerable<object?[]> Rows(StudyDifference of)
    {
        var kind = Name(of.Kind);
        if (of.Objects.Count == 0 || of.Attributes.Count > 0)
            yield return [of.StudyInstanceUid, of.StudyDate, of.Department, kind, null, null, null, null, of.Reason ?? (of.Attributes.Count > 0 ? string.Join(' ', of.Attributes) : null)];
        foreach (var one in of.Objects)
            yield return [of.StudyInstanceUid, of.StudyDate, of.Department, kind, one.Id, Name(one.Kind), one.Expected?.Bytes, one.Held?.Bytes, of.Reason];
    }

    private static string Name(StudyDifferenceKind kind) => kind.ToString().ToLowerInvariant();

    private static string Name(DifferenceKind kind) => kind switch
    {
        DifferenceKind.Digest => "other content",
        DifferenceKind.Size => "other size",
        DifferenceKind.Recoded => "written otherwise",
        _ => kind.ToString().ToLower(CultureInfo.InvariantCulture),
    };

    private static string Name(VerificationLevel level) => level switch
    {
        VerificationLevel.None => "0: nothing",
        VerificationLevel.Record => "1: the study is known",
        VerificationLevel.Objects => "2: each object is known",
        VerificationLevel.Sizes => "3: each object has its size",
        _ => "4: each object was fetched back, and its digest is equal",
    };
}
