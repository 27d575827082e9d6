namespace MedStreams.Dicom.Pacs.Differences;

/// <summary>Tells what a PACS holds of a study. Safe for several threads.</summary>
public interface IStudyHoldings
{
    /// <summary>What is there, as far as that level can see.</summary>
    /// <param name="exam">The study, as this PACS listed it.</param>
    /// <param name="level">How closely.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <returns>Its objects; null where there is no such study.</returns>
    /// <exception cref="PacsException">It did not answer, or cannot tell so closely.</exception>
    ValueTask<HeldStudy?> InspectAsync(ExamRecord exam, VerificationLevel level, CancellationToken cancellationToken);
}

/// <summary>What a target says that it holds.</summary>
/// <param name="target">The target.</param>
public sealed class TargetHoldings(IPacsTarget target) : IStudyHoldings
{
    /// <inheritdoc/>
    public ValueTask<HeldStudy?> InspectAsync(ExamRecord exam, VerificationLevel level, CancellationToken cancellationToken) =>
        target.InspectAsync(exam.StudyInstanceUid, level, cancellationToken);
}

/// <summary>What a source holds: its collection, and, for digests, its objects as they are fetched.</summary>
/// <param name="collector">Finds the objects.</param>
/// <param name="fetcher">Fetches them; null: digests cannot be told.</param>
public sealed class CollectedHoldings(IStudyCollector collector, IObjectFetcher? fetcher = null) : IStudyHoldings
{
    /// <inheritdoc/>
    public async ValueTask<HeldStudy?> InspectAsync(ExamRecord exam, VerificationLevel level, CancellationToken cancellationToken)
    {
        if (await collector.CollectAsync(exam, cancellationToken) is not { } collection)
            return null;
        var held = collection.Objects.ToDictionary(o => o.Id, o => new HeldObject(o.Id, null, null), StringComparer.Ordinal);
        if (level >= VerificationLevel.Digests)
            await FetchAsync(collection, held, cancellationToken);
        return new HeldStudy(exam.StudyInstanceUid, [.. held.Values]);
    }

    private async ValueTask FetchAsync(StudyCollection collection, Dictionary<string, HeldObject> held, CancellationToken stop)
    {
        if (fetcher is null)
            throw new PacsException("Digests cannot be compared where objects cannot be fetched: name a fetcher for this PACS, or a lower level.") { Failure = PacsFailure.Refused };
        var gate = new Lock();
        var missing = await fetcher.FetchAsync(
            collection.Exam,
            collection.Objects,
            (fetched, _) =>
            {
                lock (gate)
                    held[fetched.Object.Id] = HeldObject.Of(fetched.Object.Id, fetched.Digest);
                return ValueTask.CompletedTask;
            },
            stop);
        if (missing.FirstOrDefault(m => m.MayComeLater) is { } later)
            throw new PacsException($"{missing.Count} objects of a study could not be fetched: {later.Reason}");

        // Listed, and not to be had: not there, for who compares.
        foreach (var one in missing)
            held.Remove(one.Object.Id);
    }
}
