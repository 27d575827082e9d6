using MedStreams.Dicom.Pacs;
using MedStreams.Topologies.Migration;

namespace MedStreams.Cli.Running.Migration.Moving;

/// <summary>What failures of a PACS are to the topology.</summary>
internal static class PacsFailures
{
    public static StepResult ToResult(PacsException error) => StepResult.Failed(
        error.Failure switch
        {
            PacsFailure.Refused => StepFailure.Refused,
            PacsFailure.Conflict => StepFailure.Conflict,
            PacsFailure.Fenced => StepFailure.Fenced,
            _ => StepFailure.Unavailable,
        },
        error.Message);
}
