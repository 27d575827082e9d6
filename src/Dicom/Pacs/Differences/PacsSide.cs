using MedStreams.Dicom.Pacs.Verifying;

namespace MedStreams.Dicom.Pacs.Differences;

/// <summary>One of two PACS that are compared.</summary>
/// <param name="Exams">Lists its studies.</param>
/// <param name="Holdings">Tells what it holds of one; null: only the lists are compared.</param>
public sealed record PacsSide(IExamSource Exams, IStudyHoldings? Holdings)
{
    /// <summary>What it is called; no secret.</summary>
    public string Name => Exams.Name;

    /// <summary>Of the first side: what its record is to the second, where something was changed between them. Default: what it is.</summary>
    public Func<ExamRecord, ExamRecord> Expected { get; init; } = static exam => exam;
}

/// <summary>What is compared, and how.</summary>
public sealed record DifferenceOptions
{
    /// <summary>How closely studies are looked at. Default: each object is known. With <see cref="VerificationLevel.Record"/> only the lists are compared.</summary>
    public VerificationLevel Level { get; init; } = VerificationLevel.Objects;

    /// <summary>What counts as equal. Default: byte for byte.</summary>
    public VerificationRules Rules { get; init; } = VerificationRules.Strict;

    /// <summary>Which studies, by the date that either side gives them; those without one are always among them. Null: all.</summary>
    public ExamWindow? Range { get; init; }

    /// <summary>
    /// Whether each side is asked day by day, and for studies without a date, beside being asked for everything at once: finds what a limit of results cuts.
    /// Needs <see cref="Range"/> of days. Default: not.
    /// </summary>
    public bool AsksByDays { get; init; }

    /// <summary>Days asked for at a time. Default 1; at least 1.</summary>
    public int StepDays { get; init; } = 1;

    /// <summary>Studies asked for at a time. Default 500; at least 1.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>Studies held in memory while they are sorted. Default 50,000; at least 2.</summary>
    public int SortedInMemory { get; init; } = 50_000;

    /// <summary>Studies looked at side by side. Default 4; at least 1.</summary>
    public int Parallel { get; init; } = 4;

    /// <summary>How often a PACS that does not answer is asked again. Default 3; 0 and more.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>How long to wait before that. Default 2 s.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Whether the number of the patient, the order and the date are compared too. Default: they are.</summary>
    public bool ComparesRecords { get; init; } = true;

    /// <summary>Whether names of patients are kept on disk while it runs: only where what a side must hold depends on them. Default: not.</summary>
    public bool KeepsNames { get; init; }

    /// <summary>What the time is. Default: the system's.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Throws where an option is out of its range.</summary>
    /// <exception cref="PacsException">One is; the message names it.</exception>
    public void Validate()
    {
        AtLeast(nameof(StepDays), StepDays, 1);
        AtLeast(nameof(PageSize), PageSize, 1);
        AtLeast(nameof(SortedInMemory), SortedInMemory, 2);
        AtLeast(nameof(Parallel), Parallel, 1);
        AtLeast(nameof(Retries), Retries, 0);
        AtLeast(nameof(RetryAfter), RetryAfter.Ticks, 0);
        if (AsksByDays && Range is not { Kind: ExamWindowKind.Days })
            throw new PacsException("To be asked day by day, a PACS needs the first day and the last.") { Failure = PacsFailure.Refused };
    }

    private static void AtLeast(string option, long value, long least)
    {
        if (value < least)
            throw new PacsException($"DifferenceOptions.{option} is {value}; it must be at least {least}.") { Failure = PacsFailure.Refused };
    }
}
