namespace MedStreams.Cli.Commands.Doctor;

/// <summary>What a check found.</summary>
/// <param name="Check">What was looked for.</param>
/// <param name="IsThere">Whether it is there.</param>
/// <param name="IsNeeded">Whether every topology needs it; otherwise some verbs do.</param>
/// <param name="Detail">Which one, where, or what it is for.</param>
/// <param name="Remedy">What to do where it is missing.</param>
internal sealed record Finding(string Check, bool IsThere, bool IsNeeded, string Detail, string Remedy)
{
    public static Finding Ok(string check, string detail) => new(check, true, true, detail, "");
}
