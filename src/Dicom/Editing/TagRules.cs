using System.Globalization;

namespace MedStreams.Dicom.Editing;

/// <summary>
/// Declared changes of attributes, and what is told of them in Original Attributes Sequence (PS3.3 section C.12.1.1.9). Immutable; safe for concurrent use.
/// </summary>
/// <remarks>
/// The same object must come out the same each time, or a study that is tried again would hold other content under its UIDs. So the time of the change is a setting and not
/// the clock's.
/// </remarks>
public sealed record TagRules
{
    // What names an object and its place, and how its texts are written: to change that is another matter than to change attributes.
    private static readonly DicomTag[] Untouchable =
    [
        Tags.SpecificCharacterSet, Tags.SopClassUid, Tags.SopInstanceUid, Tags.StudyInstanceUid, Tags.SeriesInstanceUid, Tags.OriginalAttributesSequence,
    ];

    /// <summary>Rules, in the order in which they are applied.</summary>
    /// <param name="rules">They.</param>
    /// <exception cref="TagRuleException">One is for an attribute that no rule may touch, or that has no text.</exception>
    public TagRules(IReadOnlyList<TagRule> rules)
    {
        foreach (var rule in rules)
        {
            if (Untouchable.Contains(rule.Tag) || rule.Tag.Group is < 0x0008 or >= 0x6000)
                throw new TagRuleException($"No rule may change {rule.Tag}.");
            if (rule is SetRule or CopyRule && !Dictionary.VrOf(rule.Tag).IsText)
                throw new TagRuleException($"{rule.Tag} is not known as an attribute with text: no rule can give it a value.");
        }

        Rules = rules;
    }

    /// <summary>The rules.</summary>
    public IReadOnlyList<TagRule> Rules { get; }

    /// <summary>Who changes: (0400,0563). Default <c>MEDSTREAMS</c>; at most 64 characters.</summary>
    public string ModifyingSystem { get; init; } = "MEDSTREAMS";

    /// <summary>Where the old values come from: (0400,0564). Default: not said; at most 64 characters.</summary>
    public string Source { get; init; } = "";

    /// <summary>Why: (0400,0565), a defined term. Default <c>COERCE</c>: made to fit where it goes; <c>CORRECT</c>: it was wrong.</summary>
    public string Reason { get; init; } = "COERCE";

    /// <summary>When: (0400,0562), the day from which on the rules are valid; the same for all objects of a migration and for each attempt.</summary>
    public required DateTimeOffset ModifiedAt { get; init; }

    internal string ModifiedAtText => ModifiedAt.ToString("yyyyMMddHHmmss.ffffff", CultureInfo.InvariantCulture)
        + ModifiedAt.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal);

    /// <summary>From which tag on nothing is looked at: behind all that is changed.</summary>
    internal DicomTag End
    {
        get
        {
            var last = Rules.Select(r => r.Tag).Append(Tags.OriginalAttributesSequence).Max();
            return new DicomTag(last.Group, (ushort)(last.Element + 1));
        }
    }
}
