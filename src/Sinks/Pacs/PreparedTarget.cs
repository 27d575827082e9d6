using MedStreams.Dicom;
using MedStreams.Dicom.Editing;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Wrapping;

namespace MedStreams.Sinks.Pacs;

/// <summary>
/// A target that gets what others prepare for it: documents wrapped as DICOM, where a wrapper is given, and attributes changed by rules, where an editor is given. What was
/// changed is expected changed: <see cref="StoredObject.Expected"/> is the digest of what the target got. Safe for several threads.
/// </summary>
/// <param name="target">The target itself.</param>
/// <param name="wrapper">Wraps documents; null: they go as they are.</param>
/// <param name="editor">Changes attributes; null: none change.</param>
public sealed class PreparedTarget(IPacsTarget target, DocumentWrapper? wrapper = null, InstanceEditor? editor = null) : IPacsTarget
{
    /// <inheritdoc/>
    public string Name => target.Name;

    /// <inheritdoc/>
    public bool IsTransactional => target.IsTransactional;

    /// <inheritdoc/>
    public async ValueTask<IStudyUpload> BeginAsync(StudyCollection study, int attempt, CancellationToken cancellationToken) =>
        new PreparedUpload(this, study, await target.BeginAsync(study with { Exam = Expected(study.Exam) }, attempt, cancellationToken));

    /// <summary>Whether anything is prepared for it.</summary>
    public bool IsPrepared => wrapper is not null || editor is not null;

    /// <summary>A source's record as the target tells it.</summary>
    /// <exception cref="PacsException">A rule has no answer for it.</exception>
    public ExamRecord Expected(ExamRecord exam)
    {
        try
        {
            return editor?.Apply(exam) ?? exam;
        }
        catch (TagRuleException e)
        {
            throw new PacsException($"{Name}: {e.Message}", e) { Failure = PacsFailure.Refused };
        }
    }

    /// <summary>What a source holds, as the target must hold it.</summary>
    public PreparedHoldings Expected(IStudyCollector collector, IObjectFetcher fetcher) => new(collector, fetcher, wrapper, editor);

    /// <inheritdoc/>
    public ValueTask<HeldStudy?> InspectAsync(string studyInstanceUid, VerificationLevel level, CancellationToken cancellationToken) =>
        target.InspectAsync(studyInstanceUid, level, cancellationToken);

    private async Task<FetchedObject?> WrapAsync(FetchedObject fetched, StudyCollection study, CancellationToken cancellationToken) =>
        wrapper is not null && fetched.Object.Kind == StudyObjectKind.Document ? await wrapper.WrapAsync(fetched, study, cancellationToken) : null;

    private async Task<FetchedObject?> EditAsync(FetchedObject fetched, CancellationToken cancellationToken) =>
        editor is not null && fetched.Object.Kind == StudyObjectKind.Instance ? await editor.ApplyAsync(fetched, cancellationToken) : null;

    private sealed class PreparedUpload(PreparedTarget owner, StudyCollection study, IStudyUpload upload) : IStudyUpload
    {
        public async ValueTask<StoredObject> StoreAsync(FetchedObject fetched, CancellationToken cancellationToken)
        {
            FetchedObject? wrapped = null;
            FetchedObject? edited = null;
            try
            {
                wrapped = await owner.WrapAsync(fetched, study, cancellationToken);
                edited = await owner.EditAsync(wrapped ?? fetched, cancellationToken);
                var stored = await upload.StoreAsync(edited ?? wrapped ?? fetched, cancellationToken);
                return stored with { Id = fetched.Object.Id };
            }
            catch (Exception e) when (e is WrappingException or TagRuleException or DicomException)
            {
                throw new PacsException($"{owner.Name}: {e.Message}", e) { Failure = PacsFailure.Refused };
            }
            finally
            {
                if (edited is not null)
                    await edited.DisposeAsync();
                if (wrapped is not null)
                    await wrapped.DisposeAsync();
            }
        }

        public ValueTask CommitAsync(CancellationToken cancellationToken) => upload.CommitAsync(cancellationToken);

        public ValueTask RollBackAsync(CancellationToken cancellationToken) => upload.RollBackAsync(cancellationToken);

        public ValueTask DisposeAsync() => upload.DisposeAsync();
    }
}
