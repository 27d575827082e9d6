namespace MedStreams.Dicom.Pacs;

/// <summary>Fetches objects from where they lie. Safe for several threads.</summary>
public interface IObjectFetcher
{
    /// <summary>
    /// Fetches objects of one study; each is handed on as soon as it is whole, and the next ones wait while the hand is full. Objects that the source does not
    /// have are told as missing; an object that was not asked for is not handed on.
    /// </summary>
    /// <param name="study">The study.</param>
    /// <param name="wanted">Which of its objects.</param>
    /// <param name="receive">Takes an object; the fetcher disposes it afterwards. May be called by several threads at a time.</param>
    /// <param name="cancellationToken">Ends the fetching.</param>
    /// <returns>Those that could not be had, with the reason; the others were handed on, each once.</returns>
    /// <exception cref="PacsException">The source as a whole did not answer.</exception>
    ValueTask<IReadOnlyList<MissingObject>> FetchAsync(
        ExamRecord study, IReadOnlyList<StudyObject> wanted, Func<FetchedObject, CancellationToken, ValueTask> receive, CancellationToken cancellationToken);
}

/// <summary>An object that could not be fetched.</summary>
/// <param name="Object">Which.</param>
/// <param name="Reason">Why, without patient data.</param>
/// <param name="MayComeLater">Whether to ask again may help.</param>
public sealed record MissingObject(StudyObject Object, string Reason, bool MayComeLater);
