using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Pacs.Verifying;

namespace MedStreams.Cli.Running.Migration;

/// <summary>
/// Whether the target has a study already, completely (S3.3): as closely as the run verifies, without fetching it from the source, which a migration would do anyway. What an earlier run has
/// stored is asked for to the byte, so that the same run once more migrates nothing (S3.12). Safe for several threads.
/// </summary>
/// <param name="collector">Tells what belongs to a study now.</param>
/// <param name="target">Is asked.</param>
/// <param name="kept">What an earlier run has stored of a study in that target; null where none has migrated it.</param>
/// <param name="level">How closely.</param>
/// <param name="rules">What counts as equal.</param>
internal sealed class TargetCheck(
    IStudyCollector collector,
    IPacsTarget target,
    Func<string, CancellationToken, ValueTask<KeptStudy?>> kept,
    VerificationLevel level,
    VerificationRules rules)
{
    public async ValueTask<bool> HoldsAsync(ExamRecord exam, CancellationToken cancellationToken)
    {
        if (level == VerificationLevel.None)
            return false; // then only the run that stored a study knows that it did
        var known = await kept(exam.StudyInstanceUid, cancellationToken);
        if (known is null && level is VerificationLevel.Sizes or VerificationLevel.Digests)
            return false; // sizes and digests of data sets are known when they were fetched, and the target then says which it had
        var held = await target.InspectAsync(exam.StudyInstanceUid, level, cancellationToken);
        if (held is null || (level == VerificationLevel.Record && known is null))
            return held is not null;
        if (await collector.CollectAsync(exam, cancellationToken) is not { Objects.Count: > 0 } collection)
            return false;
        var stored = known is null ? Unknown(collection) : [.. known.Objects.Select(o => o.Stored).OfType<StoredObject>()];
        return StudyVerification.Compare(collection, stored, held, level, rules).Completeness == Completeness.Complete;
    }

    /// <summary>What is expected of objects that nobody has fetched: that they are there.</summary>
    private static List<StoredObject> Unknown(StudyCollection collection) =>
        collection.Objects.Select(o => new StoredObject(o.Id, o.Id, new ObjectDigest(new string('0', 64), 0), WasThere: true)).ToList();
}
