using System.Xml.Linq;
using MedStreams.Support;

namespace MedStreams.Architecture.Tests;

/// <summary>Holds every project file to the table of who may reference whom.</summary>
public sealed class ReferenceTableTests
{
    private const string Everything = "*";

    /// <summary>Project -> the projects it may reference, then the packages that no other project may reference.</summary>
    private static readonly Dictionary<string, string[]> MayReference = new(StringComparer.Ordinal)
    {
        ["RocksDb"] = [],
        ["Streams"] = ["RocksDb"],
        ["Streams.Testing"] = ["Streams"],
        ["Broker"] = [],
        ["Hl7"] = [],
        ["Dicom"] = [],
        ["Serdes"] = ["Streams", "Hl7"],
        ["Sources"] = ["RocksDb", "Serdes", "Hl7", "Dicom"],
        ["Sinks"] = ["Streams", "Serdes", "Hl7", "Dicom"],
        ["Topologies"] = ["Streams", "Serdes", "Hl7"],
        ["Monitoring"] = ["Streams"],
        ["Cli"] = [Everything],
    };

    private static readonly Dictionary<string, string[]> PackageUsers = new(StringComparer.Ordinal)
    {
        ["Confluent.Kafka"] = ["Streams", "Sources", "Sinks", "Monitoring"],
        ["AWSSDK.S3"] = ["Sources"],
        ["Npgsql"] = ["Sinks"],
        ["OpenTelemetry"] = ["Monitoring"],
        ["OpenTelemetry.Exporter.OpenTelemetryProtocol"] = ["Monitoring"],
        ["System.CommandLine"] = ["Cli"],
        ["Spectre.Console"] = ["Cli"],
    };

    public static TheoryData<string> Projects() =>
        [.. Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src")).Select(d => Path.GetFileName(d)!)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_the_table_allows(string project)
    {
        Assert.True(MayReference.TryGetValue(project, out var allowed), $"src/{project} is not in the table");
        if (allowed.Contains(Everything))
            return;
        var references = Items(project, "ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r)!);
        Assert.Empty(references.Except(allowed, StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_package_is_used_only_where_the_table_allows(string project)
    {
        var misplaced = Items(project, "PackageReference")
            .Where(package => PackageUsers.TryGetValue(package, out var users) && !users.Contains(project));
        Assert.Empty(misplaced);
    }

    [Fact]
    public void Every_project_of_the_table_exists() =>
        Assert.All(MayReference.Keys, project => Assert.True(File.Exists(ProjectFile(project)), project));

    [Fact]
    public void Every_project_folder_is_in_the_solution()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "MedStreams.sln"));
        var projects = new[] { "src", "tests", "bench" }
            .SelectMany(area => Directory.EnumerateFiles(
                Path.Combine(Repository.Root, area), "*.csproj", SearchOption.AllDirectories))
            .Select(file => Path.GetFileName(file));
        Assert.All(projects, name => Assert.Contains(name, solution, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Items(string project, string kind) =>
        XDocument.Load(ProjectFile(project)).Descendants(kind).Select(item => (string)item.Attribute("Include")!);

    private static string ProjectFile(string project) =>
        Path.Combine(Repository.Root, "src", project, project + ".csproj");
}
