namespace MedStreams.Dicom.Pacs.Verifying;

/// <summary>What a comparison of a study came to.</summary>
/// <param name="Completeness">Whether it is complete.</param>
/// <param name="Expected">How much there should be.</param>
/// <param name="Migrated">How much of that is there and right, as far as the level shows.</param>
/// <param name="Differences">What is wrong, by object, in the order of their names; also what the rules allow.</param>
/// <param name="Level">How closely it was looked at.</param>
public sealed record StudyVerdict(
    Completeness Completeness, StudyAmount Expected, StudyAmount Migrated, IReadOnlyList<ObjectDifference> Differences, VerificationLevel Level)
{
    /// <summary>In a few words, without patient data: <c>2 missing, 1 digest</c>; empty where nothing is wrong.</summary>
    public string Reason => string.Join(", ", Differences.GroupBy(d => d.Kind).OrderBy(g => g.Key).Select(g => $"{g.Count()} {g.Key.ToString().ToLowerInvariant()}"));
}

/// <summary>Whether a study is complete (S3.10).</summary>
public enum Completeness
{
    /// <summary>What is there equals what should be.</summary>
    Complete,

    /// <summary>Some is not there yet, and nothing is wrong: the transfer goes on.</summary>
    Incomplete,

    /// <summary>There is more, or something else: an error, which going on does not mend.</summary>
    Wrong,
}

/// <summary>An amount of objects.</summary>
/// <param name="Objects">How many.</param>
/// <param name="Bytes">How many bytes, as digests count them.</param>
public readonly record struct StudyAmount(int Objects, long Bytes)
{
    /// <summary>Both together.</summary>
    public static StudyAmount operator +(StudyAmount one, StudyAmount other) => new(one.Objects + other.Objects, one.Bytes + other.Bytes);
}
