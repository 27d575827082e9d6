using System.Net;

namespace MedStreams.Dicom.Web;

/// <summary>What a service says that it did with some instances (PS3.18 section 10.5.3).</summary>
/// <param name="Status">The answer's status. It tells nothing that is not said of each instance.</param>
/// <param name="Results">One for each instance that was sent, in that order.</param>
/// <param name="OtherFailures">Reasons of failures that the service could not match to an instance (0008,119A).</param>
public sealed record StowAnswer(HttpStatusCode Status, IReadOnlyList<StowResult> Results, IReadOnlyList<StowReason> OtherFailures);

/// <summary>What became of an instance.</summary>
/// <param name="SopInstanceUid">Which.</param>
/// <param name="Outcome">What the service says of it.</param>
/// <param name="Reason">Why it failed, or what the service changed; null where it says nothing.</param>
public sealed record StowResult(string SopInstanceUid, StowOutcome Outcome, StowReason? Reason);

/// <summary>Outcomes.</summary>
public enum StowOutcome
{
    /// <summary>The service names it neither among those that it has stored nor among those that failed: nothing is known.</summary>
    Unmentioned,

    /// <summary>It is stored, the service says. That it is this content, which it does not say, is another question.</summary>
    Stored,

    /// <summary>It was not stored.</summary>
    Failed,
}
