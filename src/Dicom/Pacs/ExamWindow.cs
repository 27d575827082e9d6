namespace MedStreams.Dicom.Pacs;

/// <summary>
/// Which examinations are asked for. Windows of days do not see studies without a valid date: a run asks for those apart, and
/// compares with an inventory that has no window.
/// </summary>
/// <param name="Kind">How.</param>
/// <param name="From">The first day, of <see cref="ExamWindowKind.Days"/>.</param>
/// <param name="To">The last day, inclusive, of <see cref="ExamWindowKind.Days"/>.</param>
public readonly record struct ExamWindow(ExamWindowKind Kind, DateOnly From, DateOnly To)
{
    /// <summary>Examinations without a date, or with one that is none.</summary>
    public static ExamWindow WithoutDate { get; } = new(ExamWindowKind.WithoutDate, default, default);

    /// <summary>All of them, whatever their date.</summary>
    public static ExamWindow Everything { get; } = new(ExamWindowKind.Everything, default, default);

    /// <summary>Examinations of these days.</summary>
    /// <param name="from">The first.</param>
    /// <param name="to">The last, inclusive.</param>
    /// <exception cref="ArgumentOutOfRangeException">The last is before the first.</exception>
    public static ExamWindow Days(DateOnly from, DateOnly to)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(to, from);
        return new ExamWindow(ExamWindowKind.Days, from, to);
    }

    /// <summary>Whether an examination of that day belongs here.</summary>
    public bool Contains(DateOnly? day) => Kind switch
    {
        ExamWindowKind.Days => day >= From && day <= To,
        ExamWindowKind.WithoutDate => day is null,
        _ => true,
    };
}

/// <summary>How examinations are chosen.</summary>
public enum ExamWindowKind
{
    /// <summary>By day.</summary>
    Days,

    /// <summary>Those without a valid day.</summary>
    WithoutDate,

    /// <summary>All.</summary>
    Everything,
}
