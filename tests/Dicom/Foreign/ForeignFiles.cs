using System.Diagnostics;
using System.Text.Json;

namespace MedStreams.Dicom.Tests.Foreign;

/// <summary>The files that come with Debian's python3-pydicom, and what pydicom reads in them.</summary>
internal static class ForeignFiles
{
    private const string Package = "/usr/lib/python3/dist-packages/pydicom/data";

    /// <summary>All files; skips the test where the package is not there.</summary>
    public static IReadOnlyList<string> All
    {
        get
        {
            Assert.SkipUnless(Directory.Exists(Package), "python3-pydicom is not installed");
            return [.. Directory.EnumerateFiles(Package, "*.dcm", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>What pydicom says of files, by file; left out where it cannot read one.</summary>
    public static async Task<IReadOnlyDictionary<string, JsonElement>> DescribeAsync(IEnumerable<string> files)
    {
        var start = new ProcessStartInfo("/usr/bin/python3") { RedirectStandardOutput = true, UseShellExecute = false };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Foreign", "describe.py"));
        foreach (var file in files)
            start.ArgumentList.Add(file);
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)
            .Where(one => !one.TryGetProperty("error", out _)).ToDictionary(one => one.GetProperty("file").GetString()!, StringComparer.Ordinal);
    }
}
