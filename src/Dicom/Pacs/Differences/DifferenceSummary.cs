namespace MedStreams.Dicom.Pacs.Differences;

/// <summary>What a comparison of two PACS came to.</summary>
public sealed record DifferenceSummary
{
    /// <summary>What the first is called: what should be.</summary>
    public required string First { get; init; }

    /// <summary>What the second is called: what is looked at.</summary>
    public required string Second { get; init; }

    /// <summary>How closely.</summary>
    public required VerificationLevel Level { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it was through; null: it is not.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Studies that either has.</summary>
    public long Studies { get; init; }

    /// <summary>Studies that are equal.</summary>
    public long Equal { get; init; }

    /// <summary>Studies that only the first has.</summary>
    public long Missing { get; init; }

    /// <summary>Studies that only the second has.</summary>
    public long Extra { get; init; }

    /// <summary>Studies that differ.</summary>
    public long Different { get; init; }

    /// <summary>Studies that could not be compared.</summary>
    public long Unknown { get; init; }

    /// <summary>Objects that both have and that were compared, at the levels of objects and closer.</summary>
    public long Objects { get; init; }

    /// <summary>Their bytes, as far as they are told.</summary>
    public long Bytes { get; init; }

    /// <summary>Why either may have kept some studies back.</summary>
    public IReadOnlyList<string> Alarms { get; init; } = [];

    /// <summary>Whether it is through, nothing differs, and nothing was kept back: the proof.</summary>
    public bool IsEmpty => EndedAt is not null && Equal == Studies && Alarms.Count == 0;

    internal DifferenceSummary Count(StudyComparison one) => this with
    {
        Studies = Studies + 1,
        Equal = Equal + (one.Difference is null ? 1 : 0),
        Missing = Missing + (one.Difference?.Kind == StudyDifferenceKind.Missing ? 1 : 0),
        Extra = Extra + (one.Difference?.Kind == StudyDifferenceKind.Extra ? 1 : 0),
        Different = Different + (one.Difference?.Kind == StudyDifferenceKind.Different ? 1 : 0),
        Unknown = Unknown + (one.Difference?.Kind == StudyDifferenceKind.Unknown ? 1 : 0),
        Objects = Objects + one.Objects,
        Bytes = Bytes + one.Bytes,
    };
}
