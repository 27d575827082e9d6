using System.Buffers;
using System.CommandLine;
using MedStreams.Cli.Commands.Migrate;
using MedStreams.Cli.Running.Synchronisation;
using MedStreams.Topologies.Synchronisation;

namespace MedStreams.Cli.Commands.Sync;

/// <summary><c>sync pause</c> and <c>sync resume</c>: holds calls back, and lets them go again.</summary>
internal static class SyncPause
{
    public static Command Create(CliEnvironment environment, bool isPaused)
    {
        var enterprise = new Option<string?>("--enterprise") { Description = "Only this enterprise", HelpName = "NAME" };
        var name = new Option<string?>("--operator") { Description = "Only calls of this operator", HelpName = "NAME" };
        return new Command(
            isPaused ? "pause" : "resume",
            isPaused
                ? "Holds calls back; those on their way come to their end, and progress is kept"
                : "Lets calls go that were paused by the same options, and begins a round at once")
        {
            enterprise, name,
        }.Runs(environment, async (context, stop) =>
        {
            var word = new SyncControl(SyncVerb.Pause, context.Now())
            {
                Enterprise = context.Parse.GetValue(enterprise),
                Operator = context.Parse.GetValue(name),
                IsPaused = isPaused,
            };
            var value = new ArrayBufferWriter<byte>();
            SyncSerdes.Control.Serialize(word, value, default);
            await context.SayAsync(SynchronisationSettings.ToOptions(context.Settings).ControlTopic, word.Key, value.WrittenSpan.ToArray(), stop);
            if (context.Output.Json)
            {
                context.Output.WriteJson(json =>
                {
                    json.WriteStartObject();
                    json.WriteString("enterprise", word.Enterprise);
                    json.WriteString("operator", word.Operator);
                    json.WriteBoolean("paused", isPaused);
                    json.WriteEndObject();
                });
            }
            else
            {
                context.Output.Note($"{Meant(word)} {(isPaused ? "paused" : "going on")}");
            }

            return ExitCodes.Done;
        });
    }

    private static string Meant(SyncControl word) => (word.Enterprise, word.Operator) switch
    {
        (null, null) => "all calls are",
        ({ } enterprise, null) => $"calls for {enterprise} are",
        (null, { } name) => $"calls of {name} are",
        ({ } enterprise, { } name) => $"calls of {name} for {enterprise} are",
    };
}
