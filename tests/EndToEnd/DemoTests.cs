using System.Diagnostics;
using System.Text.Json;
using MedStreams.Support;

namespace MedStreams.EndToEnd.Tests;

/// <summary>The demo as a user calls it.</summary>
public sealed class DemoTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_demo_holds_says_so_in_one_object_and_leaves_nothing_behind()
    {
        var folder = Directory.CreateTempSubdirectory("medstreams-demo-test-");
        try
        {
            var (code, output, errors) = await RunAsync(folder.FullName, "demo", "--json", "--records", "8000", "--rate", "2000");
            Assert.True(code == 0, errors + output);
            using var json = JsonDocument.Parse(output);
            var outcome = json.RootElement;
            Assert.True(outcome.GetProperty("ok").GetBoolean());
            Assert.Equal(0, outcome.GetProperty("lost").GetInt64());
            Assert.Equal(0, outcome.GetProperty("doubled").GetInt64());
            Assert.Equal(1, outcome.GetProperty("restarts").GetInt64());
            Assert.Equal(
                outcome.GetProperty("recordsIn").GetInt64(),
                outcome.GetProperty("recordsCounted").GetInt64() + outcome.GetProperty("deadLettered").GetInt64());
            Assert.True(outcome.GetProperty("recordsIn").GetInt64() >= 8_000);
            Assert.True(outcome.GetProperty("recordsPerSecond").GetDouble() > 0);
            Assert.Empty(folder.EnumerateFileSystemInfos("medstreams-*"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("--records", "0")]
    [InlineData("--rate", "-1")]
    public async Task A_plan_that_cannot_be_is_a_wrong_usage(string option, string value)
    {
        var (code, output, errors) = await RunAsync(Path.GetTempPath(), "demo", option, value);
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Contains(option, errors, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(string temporary, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "medstreams"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["MEDSTREAMS_DATA"] = Repository.Data;
        start.Environment["TMPDIR"] = temporary;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(Stop);
        var errors = process.StandardError.ReadToEndAsync(Stop);
        await process.WaitForExitAsync(Stop);
        return (process.ExitCode, await output, await errors);
    }
}
