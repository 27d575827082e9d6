namespace MedStreams.Support;

/// <summary>Where the repository and its neighbours lie on this machine.</summary>
public static class Repository
{
    /// <summary>The folder that holds <c>MedStreams.sln</c>.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>
    /// Vectors recorded from reference implementations: the folder that <c>MEDSTREAMS_GOLDEN</c> names, or
    /// <c>../shared/golden</c> beside the repository. It may not exist.
    /// </summary>
    public static string Golden =>
        Environment.GetEnvironmentVariable("MEDSTREAMS_GOLDEN") is { Length: > 0 } named
            ? named
            : Path.GetFullPath(Path.Combine(Root, "..", "shared", "golden"));

    /// <summary>
    /// Real logs and HL7 messages: the folder that <c>MEDSTREAMS_DATA</c> names, or <c>../shared/data</c> beside the
    /// repository. It may not exist.
    /// </summary>
    public static string Data =>
        Environment.GetEnvironmentVariable("MEDSTREAMS_DATA") is { Length: > 0 } named
            ? named
            : Path.GetFullPath(Path.Combine(Root, "..", "shared", "data"));

    private static string FindRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "MedStreams.sln")))
                return at.FullName;
        }

        throw new InvalidOperationException(
            $"MedStreams.sln is in no folder above {AppContext.BaseDirectory}: run the tests from a checkout.");
    }
}
