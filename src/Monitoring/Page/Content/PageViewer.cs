namespace MedStreams.Monitoring.Page;

/// <summary>What a user of the page may do.</summary>
public enum PageRole
{
    /// <summary>Looks.</summary>
    Viewer,

    /// <summary>Looks, and acts: replay, pause, resume, retry.</summary>
    Operator,
}

/// <summary>Who asks.</summary>
/// <param name="Name">The user's name.</param>
/// <param name="Role">What the user may do.</param>
/// <param name="SeesPatientData">Whether the user may see what concerns patients.</param>
public sealed record PageViewer(string Name, PageRole Role, bool SeesPatientData);
