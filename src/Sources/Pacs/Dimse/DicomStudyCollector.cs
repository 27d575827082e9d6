using MedStreams.Dicom.Network.Nodes;
using MedStreams.Dicom.Pacs;

namespace MedStreams.Sources.Pacs;

/// <summary>
/// Finds the instances of a study by C-FIND on the levels of series and images, which counts them where the PACS does not. Safe for several threads.
/// </summary>
/// <param name="node">The node.</param>
public sealed class DicomStudyCollector(DicomNode node) : IStudyCollector
{
    private readonly StudyInstances _instances = new(node);

    /// <inheritdoc/>
    public async ValueTask<StudyCollection?> CollectAsync(ExamRecord exam, CancellationToken cancellationToken) => await _instances.CollectAsync(exam, cancellationToken);
}
