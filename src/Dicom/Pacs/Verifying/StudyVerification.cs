namespace MedStreams.Dicom.Pacs.Verifying;

/// <summary>
/// Compares what a target should hold of a study with what it holds: a pure function, safe for concurrent use. What a target may change without telling is nothing;
/// the rules may allow that it writes data sets anew (<see cref="ObjectEquality.Content"/>). Meta information (group 2) is no part of a data set, and never compared.
/// </summary>
public static class StudyVerification
{
    /// <summary>Compares a study.</summary>
    /// <param name="expected">What belongs to it.</param>
    /// <param name="stored">What was stored of it, by this attempt or earlier ones: what the target must answer for each object.</param>
    /// <param name="held">What the target says it holds; null: it has no such study. Not looked at with <see cref="VerificationLevel.None"/>.</param>
    /// <param name="level">How closely the target was looked at.</param>
    /// <param name="rules">What counts as equal; null: <see cref="VerificationRules.Strict"/>.</param>
    public static StudyVerdict Compare(
        StudyCollection expected, IReadOnlyCollection<StoredObject> stored, HeldStudy? held, VerificationLevel level, VerificationRules? rules = null)
    {
        rules ??= VerificationRules.Strict;
        var differences = new List<ObjectDifference>();
        var remaining = stored.ToDictionary(s => s.Id, StringComparer.Ordinal);
        var answers = new List<StoredObject>(expected.Objects.Count);
        foreach (var one in expected.Objects)
        {
            if (remaining.Remove(one.Id, out var answer))
                answers.Add(answer);
            else
                differences.Add(new ObjectDifference(one.Id, DifferenceKind.Missing));
        }

        // Stored, and no part of the collection: more than was expected.
        differences.AddRange(remaining.Values.Select(s => new ObjectDifference(s.TargetId, DifferenceKind.Extra, s.Expected)));
        var migrated = level switch
        {
            VerificationLevel.None => Sum(answers),
            VerificationLevel.Record when held is not null => Sum(answers),
            _ => CompareHeld(answers, held?.Objects ?? [], level, rules, differences),
        };
        var amount = new StudyAmount(expected.Objects.Count, answers.Sum(a => a.Expected.Bytes));
        differences.Sort((a, b) => string.CompareOrdinal(a.Id, b.Id));
        return new StudyVerdict(Judge(differences, rules), amount, migrated, differences, level);
    }

    /// <summary>Compares two objects that should be the same.</summary>
    /// <returns>Null where they are, as far as that level shows.</returns>
    public static DifferenceKind? Compare(ObjectDigest expected, HeldObject held, VerificationLevel level, ObjectEquality equality)
    {
        if (level >= VerificationLevel.Digests)
        {
            if (held.Sha256 is null)
                return DifferenceKind.Unverified;
            if (string.Equals(held.Sha256, expected.Sha256, StringComparison.OrdinalIgnoreCase))
                return held.Bytes is null || held.Bytes == expected.Bytes ? null : DifferenceKind.Size;
            var isRecoded = expected.Content is { } content && string.Equals(content, held.Content, StringComparison.OrdinalIgnoreCase);
            return !isRecoded ? DifferenceKind.Digest : equality == ObjectEquality.Bytes ? DifferenceKind.Recoded : null;
        }

        // A data set that may be written anew may have another size.
        return level == VerificationLevel.Sizes && equality == ObjectEquality.Bytes && held.Bytes is { } bytes && bytes != expected.Bytes ? DifferenceKind.Size : null;
    }

    private static StudyAmount CompareHeld(
        List<StoredObject> answers, IReadOnlyList<HeldObject> objects, VerificationLevel level, VerificationRules rules, List<ObjectDifference> differences)
    {
        var held = new Dictionary<string, HeldObject>(objects.Count, StringComparer.Ordinal);
        foreach (var one in objects)
        {
            if (!held.TryAdd(one.Id, one))
                differences.Add(new ObjectDifference(one.Id, DifferenceKind.Extra, Held: one));
        }

        var right = new List<StoredObject>(answers.Count);
        foreach (var answer in answers)
        {
            if (!held.Remove(answer.TargetId, out var one))
                differences.Add(new ObjectDifference(answer.TargetId, DifferenceKind.Missing, answer.Expected));
            else if (Compare(answer.Expected, one, level, rules.Equality) is { } kind)
                differences.Add(new ObjectDifference(answer.TargetId, kind, answer.Expected, one));
            else
                right.Add(answer);
        }

        // What the storing said was too much is told once.
        var told = differences.Where(d => d.Kind == DifferenceKind.Extra).Select(d => d.Id).ToHashSet(StringComparer.Ordinal);
        differences.AddRange(held.Values.Where(h => !told.Contains(h.Id)).Select(h => new ObjectDifference(h.Id, DifferenceKind.Extra, Held: h)));
        return Sum(right);
    }

    private static Completeness Judge(List<ObjectDifference> differences, VerificationRules rules)
    {
        var isIncomplete = false;
        foreach (var difference in differences)
        {
            if (difference.Kind == DifferenceKind.Missing)
                isIncomplete = true;
            else if (difference.Kind != DifferenceKind.Extra || !rules.AllowsExtra)
                return Completeness.Wrong;
        }

        return isIncomplete ? Completeness.Incomplete : Completeness.Complete;
    }

    private static StudyAmount Sum(List<StoredObject> of) => new(of.Count, of.Sum(o => o.Expected.Bytes));
}
