namespace MedStreams.Dicom.Pacs;

/// <summary>Finds what belongs to an examination. Safe for several threads.</summary>
public interface IStudyCollector
{
    /// <summary>The hierarchy of a study and where each object lies.</summary>
    /// <param name="exam">The record.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>The collection; null where the source knows no such study any more.</returns>
    /// <exception cref="PacsException">The source did not answer, or not in order.</exception>
    ValueTask<StudyCollection?> CollectAsync(ExamRecord exam, CancellationToken cancellationToken);
}
