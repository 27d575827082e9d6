using Xunit;

namespace MedStreams.Support;

/// <summary>Where the repository and its neighbours lie on this machine.</summary>
public static class Repository
{
    private static readonly string? Checkout = FindRoot();

    /// <summary>The folder that holds <c>MedStreams.sln</c>. Where there is none, as with published tests, the test that asks is left out.</summary>
    public static string Root
    {
        get
        {
            if (Checkout is null)
                Assert.Skip($"MedStreams.sln is in no folder above {AppContext.BaseDirectory}, and this test reads the checkout.");
            return Checkout!;
        }
    }

    /// <summary>
    /// Vectors recorded from reference implementations: the folder that <c>MEDSTREAMS_GOLDEN</c> names, or
    /// <c>../shared/golden</c> beside the repository, or <c>golden</c> beside published tests. It may not exist.
    /// </summary>
    public static string Golden => Find("MEDSTREAMS_GOLDEN", "golden");

    /// <summary>
    /// Real logs and HL7 messages: the folder that <c>MEDSTREAMS_DATA</c> names, or <c>../shared/data</c> beside the
    /// repository, or <c>data</c> beside published tests. It may not exist.
    /// </summary>
    public static string Data => Find("MEDSTREAMS_DATA", "data");

    private static string Find(string variable, string name) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } named ? named
        : Checkout is null ? Path.Combine(AppContext.BaseDirectory, name)
        : Path.GetFullPath(Path.Combine(Checkout, "..", "shared", name));

    private static string? FindRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "MedStreams.sln")))
                return at.FullName;
        }

        return null;
    }
}
