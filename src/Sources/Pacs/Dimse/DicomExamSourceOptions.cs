using MedStreams.Dicom.Network.Nodes;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Text;

namespace MedStreams.Sources.Pacs;

/// <summary>How a DICOM node is asked for examinations.</summary>
public sealed record DicomExamSourceOptions
{
    /// <summary>How answers become records. Default: as they are.</summary>
    public ExamAnswers Answers { get; init; } = new();

    /// <summary>How text is taken of answers that do not say it, as old archives leave (0008,0005) out; null: as ASCII, and Latin-1 beyond it. Default: null.</summary>
    public SpecificCharacterSet? AssumedCharacterSet { get; init; }

    /// <summary>Numbers of matches that look like a limit of the PACS. Default: the usual ones.</summary>
    public IReadOnlySet<int> Limits { get; init; } = FindResult.UsualLimits;
}
