using System.Diagnostics;
using System.Text.Json;
using MedStreams.Support;

namespace MedStreams.EndToEnd.Tests;

/// <summary>The demo as a user calls it.</summary>
public sealed class DemoTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true, 8000)]
    [InlineData(false, 2000)]
    public async Task The_demo_holds_with_and_without_real_data_says_so_in_one_object_and_leaves_nothing_behind(bool real, int records)
    {
        var folder = Directory.CreateTempSubdirectory("medstreams-demo-test-");
        try
        {
            var (code, output, errors) = await RunAsync(folder.FullName, real, "demo", "--json", "--records", $"{records}", "--rate", "2000");
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
            Assert.True(outcome.GetProperty("recordsIn").GetInt64() >= records);
            Assert.True(outcome.GetProperty("recordsPerSecond").GetDouble() > 0);
            var hl7 = outcome.GetProperty("hl7");
            Assert.True(hl7.GetProperty("ok").GetBoolean());
            Assert.True(hl7.GetProperty("overtaken").GetInt32() >= 1);
            Assert.Equal(hl7.GetProperty("acknowledged").GetInt32(), hl7.GetProperty("inTopic").GetInt32());
            Assert.Equal(2, hl7.GetProperty("rangeRound").GetInt32());
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
        var (code, output, errors) = await RunAsync(Path.GetTempPath(), true, "demo", option, value);
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Contains(option, errors, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(string temporary, bool real, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "medstreams"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["MEDSTREAMS_DATA"] = real ? Repository.Data : Path.Combine(temporary, "no-data");
        start.Environment["TMPDIR"] = temporary;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(Stop);
        var errors = process.StandardError.ReadToEndAsync(Stop);
        await process.WaitForExitAsync(Stop);
        return (process.ExitCode, await output, await errors);
    }
}
