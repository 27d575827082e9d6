using System.Text;
using MedStreams.Support;

namespace MedStreams.Topologies.Tests.Parsing;

/// <summary>
/// Small logs beside the tests. Those of Orthanc 1.10.1 and DCMTK 3.6.7 were recorded from the real programs with made-up
/// images; access and audit logs are written by hand.
/// </summary>
internal static class Samples
{
    public static IReadOnlyList<string> Lines(string file) =>
        [.. File.ReadAllText(Path.Combine(Repository.Root, "tests", "Topologies", "Samples", file), Encoding.UTF8)
            .Split('\n').Where(line => line.Length > 0)];
}
