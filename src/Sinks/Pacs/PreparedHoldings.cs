using MedStreams.Dicom;
using MedStreams.Dicom.Editing;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Pacs.Differences;
using MedStreams.Dicom.Wrapping;

namespace MedStreams.Sinks.Pacs;

/// <summary>
/// What a source holds, as a <see cref="PreparedTarget"/> with the same wrapper and editor must hold it: documents as the instances that they become, instances with their attributes
/// changed. Safe for several threads.
/// </summary>
/// <param name="collector">Finds the objects.</param>
/// <param name="fetcher">Fetches them, for digests.</param>
/// <param name="wrapper">Wraps documents; null: they go as they are.</param>
/// <param name="editor">Changes attributes; null: none change.</param>
public sealed class PreparedHoldings(IStudyCollector collector, IObjectFetcher fetcher, DocumentWrapper? wrapper, InstanceEditor? editor) : IStudyHoldings
{
    /// <inheritdoc/>
    public async ValueTask<HeldStudy?> InspectAsync(ExamRecord exam, VerificationLevel level, CancellationToken cancellationToken)
    {
        if (await collector.CollectAsync(exam, cancellationToken) is not { } collection)
            return null;
        var held = collection.Objects.ToDictionary(o => o.Id, o => new HeldObject(IdOf(o, collection), null, null), StringComparer.Ordinal);
        if (level >= VerificationLevel.Digests)
            await FetchAsync(collection, held, cancellationToken);
        return new HeldStudy(exam.StudyInstanceUid, [.. held.Values]);
    }

    private string IdOf(StudyObject of, StudyCollection study) =>
        wrapper is not null && of.Kind == StudyObjectKind.Document ? DocumentWrapper.InstanceUidOf(of, study.Exam) : of.Id;

    private async Task FetchAsync(StudyCollection collection, Dictionary<string, HeldObject> held, CancellationToken stop)
    {
        var gate = new Lock();
        var missing = await fetcher.FetchAsync(
            collection.Exam,
            collection.Objects,
            async (fetched, token) =>
            {
                var digest = await DigestAsync(fetched, collection, token);
                lock (gate)
                    held[fetched.Object.Id] = HeldObject.Of(held[fetched.Object.Id].Id, digest);
            },
            stop);
        if (missing.FirstOrDefault(m => m.MayComeLater) is { } later)
            throw new PacsException($"{missing.Count} objects of a study could not be fetched: {later.Reason}");

        // Listed, and not to be had: not there, for who compares.
        foreach (var one in missing)
            held.Remove(one.Object.Id);
    }

    private async Task<ObjectDigest> DigestAsync(FetchedObject fetched, StudyCollection study, CancellationToken stop)
    {
        try
        {
            await using var wrapped = wrapper is not null && fetched.Object.Kind == StudyObjectKind.Document ? await wrapper.WrapAsync(fetched, study, stop) : null;
            var instance = wrapped ?? fetched;
            await using var edited = editor is not null && instance.Object.Kind == StudyObjectKind.Instance ? await editor.ApplyAsync(instance, stop) : null;
            return (edited ?? instance).Digest;
        }
        catch (Exception e) when (e is WrappingException or TagRuleException or DicomException)
        {
            throw new PacsException($"What the target should hold cannot be told: {e.Message}", e) { Failure = PacsFailure.Refused };
        }
    }
}
