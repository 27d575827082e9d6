using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Pacs.Verifying;

namespace MedStreams.Cli.Running.Migration;

/// <summary>
/// Whether the target has a study already, completely (S3.3): as closely as the run verifies, where that can be known without fetching the study from the source, which a
/// migration would do anyway. Safe for several threads.
/// </summary>
internal sealed class TargetCheck(IStudyCollector collector, IPacsTarget target, VerificationLevel level, VerificationRules rules)
{
    public async ValueTask<bool> HoldsAsync(ExamRecord exam, CancellationToken cancellationToken)
    {
        if (level is VerificationLevel.None or VerificationLevel.Sizes or VerificationLevel.Digests)
            return false; // sizes and digests of data sets are known when they were fetched, and the target then says which it had
        var held = await target.InspectAsync(exam.StudyInstanceUid, level, cancellationToken);
        if (held is null || level == VerificationLevel.Record)
            return held is not null;
        if (await collector.CollectAsync(exam, cancellationToken) is not { Objects.Count: > 0 } collection)
            return false;
        var stored = collection.Objects.Select(o => new StoredObject(o.Id, o.Id, new ObjectDigest(new string('0', 64), 0), WasThere: true)).ToList();
        return StudyVerification.Compare(collection, stored, held, level, rules).Completeness == Completeness.Complete;
    }
}
