using System.Text;
using MedStreams.Cli.Demo.Traffic;
using MedStreams.Local;

namespace MedStreams.Cli.Demo;

/// <summary>Logs and messages that real programs wrote: those that lie beside the repository, and Orthanc's, made now.</summary>
internal static class RealLogs
{
    private const int DicomFiles = 12;

    /// <summary>
    /// The folder with real data: what <c>MEDSTREAMS_DATA</c> names, else <c>../shared/data</c> beside the checkout; null
    /// where there is none.
    /// </summary>
    public static string? FindFolder(IReadOnlyDictionary<string, string> variables)
    {
        var folder = variables.GetValueOrDefault("MEDSTREAMS_DATA") is { Length: > 0 } named ? named
            : variables.GetValueOrDefault("MEDSTREAMS_LAUNCHER") is { Length: > 0 } launcher
                ? Path.Combine(Path.GetDirectoryName(launcher)!, "..", "shared", "data")
                : null;
        return folder is not null && Directory.Exists(folder) ? Path.GetFullPath(folder) : null;
    }

    /// <summary>
    /// The records of a folder: each line of <c>logs/*.log</c>, each file of <c>hl7/*.hl7</c>. Texts without year count from
    /// the beginning of the made-up day, so that every run reads the same times.
    /// </summary>
    public static IEnumerable<DemoRecord> Read(string folder)
    {
        var day = HospitalTraffic.Begin.ToUnixTimeMilliseconds();
        foreach (var file in Files(Path.Combine(folder, "logs"), "*.log"))
        {
            var source = SourceOf(file);
            foreach (var line in File.ReadLines(file, Encoding.UTF8).Where(line => line.Length > 0))
                yield return new DemoRecord(source, source, day, Encoding.UTF8.GetBytes(line));
        }

        foreach (var file in Files(Path.Combine(folder, "hl7"), "*.hl7"))
            yield return new DemoRecord("his", "his", day, File.ReadAllBytes(file));
    }

    /// <summary>Has an Orthanc of our own receive real DICOM files, and reads the log that it writes of it.</summary>
    public static async Task<IReadOnlyList<DemoRecord>> FromOrthancAsync(TimeProvider clock, CancellationToken stop)
    {
        var folder = Directory.CreateTempSubdirectory("medstreams-dicom-");
        try
        {
            var making = DicomSamples.MakeAsync(folder.FullName, DicomFiles, stop);
            await using var orthanc = await PrivateOrthanc.StartAsync(cancellationToken: stop);
            await DicomSamples.SendAsync(orthanc.DicomPort, PrivateOrthanc.AeTitle, await making, stop);
            await orthanc.StopAsync();
            return await LinesAsync(orthanc.LogFile, clock, stop);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<IReadOnlyList<DemoRecord>> LinesAsync(string log, TimeProvider clock, CancellationToken stop)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        return
        [
            .. (await File.ReadAllLinesAsync(log, stop))
                .Where(line => line.Length > 0)
                .Select(line => new DemoRecord("orthanc", "orthanc", now, Encoding.UTF8.GetBytes(line))),
        ];
    }

    private static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal) : [];

    private static string SourceOf(string file) =>
        new([.. Path.GetFileNameWithoutExtension(file).Where(char.IsAsciiLetterOrDigit).Select(char.ToLowerInvariant)]);
}
