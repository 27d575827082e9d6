using System.Globalization;
using MedStreams.Streams;

namespace MedStreams.Chaos.Tests;

/// <summary>
/// Runners, broker and database are killed, paused, cut off and slowed down while records flow, and every result is compared with
/// that of a sequential program.
/// </summary>
/// <remarks>
/// <c>MEDSTREAMS_CHAOS_FAULTS</c> says how many faults (14; 300 and more for the long form), <c>MEDSTREAMS_CHAOS_SEED</c> chooses them. The
/// same seed makes the same faults; when they hit is up to the machine. A failure tells the seed and what happened when, and keeps the folder.
/// </remarks>
public sealed class ChaosTests
{
    private const int ShortForm = 14;
    private const int UsualSeed = 20260105;

    [Fact]
    public Task Exactly_once_every_change_of_every_result_is_that_of_a_sequential_program() =>
        RunAsync(ProcessingGuarantee.ExactlyOnceV2);

    [Fact]
    public Task At_least_once_nothing_is_lost_and_no_more_is_counted_than_was_processed() =>
        RunAsync(ProcessingGuarantee.AtLeastOnce);

    private static async Task RunAsync(ProcessingGuarantee guarantee)
    {
        var run = new ChaosRun(Setting("MEDSTREAMS_CHAOS_SEED") ?? UsualSeed, Setting("MEDSTREAMS_CHAOS_FAULTS") ?? ShortForm, guarantee);
        TestContext.Current.TestOutputHelper?.WriteLine(await run.RunAsync(TestContext.Current.CancellationToken));
    }

    private static int? Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
