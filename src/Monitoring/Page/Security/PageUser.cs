namespace MedStreams.Monitoring.Page;

/// <summary>Who may log in.</summary>
/// <param name="Name">The name; compared to the letter.</param>
/// <param name="Hash">What <see cref="PasswordHash.Of(string, int)"/> made of the password.</param>
/// <param name="Role">What the user may do.</param>
/// <param name="SeesPatientData">Whether the user may see what concerns patients.</param>
public sealed record PageUser(string Name, PasswordHash Hash, PageRole Role, bool SeesPatientData)
{
    /// <summary>The user as those see it who answer requests.</summary>
    internal PageViewer Viewer { get; } = new(Name, Role, SeesPatientData);
}
