using System.CommandLine;
using System.Globalization;
using MedStreams.Cli.Kafka;
using MedStreams.Cli.Running.Synchronisation;
using MedStreams.Cli.Terminal;
using MedStreams.Topologies.Synchronisation;

namespace MedStreams.Cli.Commands.Sync;

/// <summary><c>sync status</c>: what shards told of themselves last: owners, rounds, progress and operators.</summary>
internal static class SyncStatus
{
    public static Command Create(CliEnvironment environment)
    {
        var age = new Option<int?>("--max-age") { Description = "Fails where a shard has told nothing for so many seconds", HelpName = "SECONDS" };
        age.MustBeAtLeast(1);
        return new Command("status", "Shows shards with owners, rounds and progress, and which operators are left alone; a line for each shard and operator")
        {
            age,
        }.Runs(environment, (context, stop) =>
        {
            var options = SynchronisationSettings.ToOptions(context.Settings);
            var states = LastRecords.Read(context, options.StatusTopic, stop).Values
                .Select(value => SyncSerdes.Status.Deserialize(value, default))
                .OrderBy(state => state.Shard)
                .ToList();
            if (states.Count == 0)
                throw CliException.Failed($"no shard has told anything in {options.StatusTopic} yet: 'medstreams sync run' starts a synchronisation");
            Write(context.Output, states);
            if (context.Parse.GetValue(age) is { } limit)
                Check(states, options.Shards, context.Environment.Clock.GetUtcNow().ToUnixTimeMilliseconds() - (limit * 1000L));
            return Task.FromResult(ExitCodes.Done);
        });
    }

    private static void Write(CliOutput output, IReadOnlyList<ShardStatus> states)
    {
        var table = new Table(
            "shard", "owner", "at", "round", "groups", "running", "paused", "hasData", "operator", "tasks", "total", "settled", "calling", "left", "held", "heldUntil", "breakerOpen");
        foreach (var state in states)
        {
            foreach (var one in state.Operators.Cast<ShardOperator?>().DefaultIfEmpty())
            {
                table.Add(
                    state.Shard, state.Owner, Time(state.At), state.Round, state.Groups, state.Running, state.IsPaused, state.HasData,
                    one?.Operator, one?.Tasks, one?.Total, one?.Settled, one?.Calling, one?.Left, one?.Held, one?.HeldUntil is { } until ? Time(until) : null, one?.IsBreakerOpen);
            }
        }

        output.Write(table);
    }

    private static void Check(List<ShardStatus> states, int shards, long since)
    {
        var silent = Enumerable.Range(0, shards).Except(states.Where(s => s.At >= since).Select(s => s.Shard)).ToList();
        if (silent.Count > 0)
            throw CliException.CheckFailed($"shards that told nothing in time: {string.Join(", ", silent)}");
    }

    private static string Time(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
