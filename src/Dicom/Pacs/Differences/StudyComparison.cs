using MedStreams.Dicom.Pacs.Verifying;

namespace MedStreams.Dicom.Pacs.Differences;

/// <summary>What came of one study.</summary>
/// <param name="Difference">Null: none.</param>
/// <param name="Objects">How many objects were compared.</param>
/// <param name="Bytes">Their bytes, as far as they are told.</param>
internal readonly record struct StudyComparison(StudyDifference? Difference, long Objects, long Bytes)
{
    /// <summary>Compares what two PACS list and hold of a study; one of both lists may not have it.</summary>
    public static async Task<StudyComparison> OfAsync(
        PacsSide left, ExamRecord? first, PacsSide right, ExamRecord? second, DifferenceOptions options, CancellationToken stop)
    {
        var exam = first ?? second!;
        if (first is null || second is null)
            return new StudyComparison(Of(exam, first is null ? StudyDifferenceKind.Extra : StudyDifferenceKind.Missing), 0, 0);
        IReadOnlyList<string> attributes = [];
        try
        {
            attributes = options.ComparesRecords ? [.. Attributes(left.Expected(first), second)] : [];
        }
        catch (PacsException e)
        {
            return new StudyComparison(Of(exam, StudyDifferenceKind.Unknown) with { Reason = e.Message }, 0, 0);
        }

        if (options.Level <= VerificationLevel.Record || left.Holdings is null || right.Holdings is null)
            return new StudyComparison(attributes.Count == 0 ? null : Of(exam, StudyDifferenceKind.Different) with { Attributes = attributes }, 0, 0);
        try
        {
            var both = (left.Holdings.InspectAsync(first, options.Level, stop).AsTask(), right.Holdings.InspectAsync(second, options.Level, stop).AsTask());
            await Task.WhenAll(both.Item1, both.Item2);
            return Compare(exam, attributes, await both.Item1, await both.Item2, options);
        }
        catch (PacsException e) when (e.Failure != PacsFailure.Unavailable)
        {
            return new StudyComparison(Of(exam, StudyDifferenceKind.Unknown) with { Attributes = attributes, Reason = e.Message }, 0, 0);
        }
    }

    private static StudyComparison Compare(ExamRecord exam, IReadOnlyList<string> attributes, HeldStudy? first, HeldStudy? second, DifferenceOptions options)
    {
        // Listed a moment ago, and gone.
        if (first is null || second is null)
        {
            return new StudyComparison(
                first is null && second is null ? null : Of(exam, first is null ? StudyDifferenceKind.Extra : StudyDifferenceKind.Missing), 0, 0);
        }

        var objects = new List<ObjectDifference>();
        var (count, bytes) = (0L, 0L);
        var held = second.Objects.ToDictionary(o => o.Id, StringComparer.Ordinal);
        foreach (var one in first.Objects)
        {
            if (!held.Remove(one.Id, out var other))
            {
                objects.Add(new ObjectDifference(one.Id, DifferenceKind.Missing, Digest(one)));
                continue;
            }

            (count, bytes) = (count + 1, bytes + (one.Bytes ?? 0));
            if (Compare(one, other, options) is { } kind)
                objects.Add(new ObjectDifference(one.Id, kind, Digest(one), other));
        }

        objects.AddRange(held.Values.Where(_ => !options.Rules.AllowsExtra).Select(o => new ObjectDifference(o.Id, DifferenceKind.Extra, Held: o)));
        objects.Sort((a, b) => string.CompareOrdinal(a.Id, b.Id));
        return new StudyComparison(
            objects.Count + attributes.Count == 0 ? null : Of(exam, StudyDifferenceKind.Different) with { Attributes = attributes, Objects = objects }, count, bytes);
    }

    private static DifferenceKind? Compare(HeldObject one, HeldObject other, DifferenceOptions options)
    {
        if (options.Level >= VerificationLevel.Digests)
        {
            return Digest(one) is { } digest
                ? StudyVerification.Compare(digest, other, options.Level, options.Rules.Equality)
                : DifferenceKind.Unverified;
        }

        return one.Bytes is { } bytes ? StudyVerification.Compare(new ObjectDigest("", bytes), other, options.Level, options.Rules.Equality) : null;
    }

    private static ObjectDigest? Digest(HeldObject of) => of is { Sha256: { } sha256, Bytes: { } bytes } ? new ObjectDigest(sha256, bytes) { Content = of.Content } : null;

    private static IEnumerable<string> Attributes(ExamRecord first, ExamRecord second)
    {
        if (first.PatientId != second.PatientId)
            yield return "PatientID";
        if ((first.AccessionNumber ?? "") != (second.AccessionNumber ?? ""))
            yield return "AccessionNumber";
        if (first.StudyDate != second.StudyDate)
            yield return "StudyDate";
    }

    private static StudyDifference Of(ExamRecord exam, StudyDifferenceKind kind) =>
        new(exam.StudyInstanceUid, kind) { StudyDate = exam.StudyDate, Department = exam.Department };
}
