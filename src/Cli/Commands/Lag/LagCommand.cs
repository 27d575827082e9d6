using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.RegularExpressions;
using Confluent.Kafka;
using MedStreams.Cli.Kafka;
using MedStreams.Cli.Terminal;
using MedStreams.Monitoring.Lag;

namespace MedStreams.Cli.Commands.Lag;

/// <summary><c>lag</c>: how far groups are behind, once or again and again.</summary>
internal sealed class LagCommand
{
    private const string OffsetsTopic = "__consumer_offsets";
    private static readonly TimeSpan PatternPatience = TimeSpan.FromSeconds(1);
    private readonly Argument<string[]> _groups = new("GROUP") { Arity = ArgumentArity.ZeroOrMore, Description = "These groups (default: all)" };
    private readonly Option<Regex?> _pattern = PatternOption("--pattern", "Groups in whose names this is found");
    private readonly Option<string[]> _topics = new("--topic", "-t") { Description = "Only this topic; may be repeated" };
    private readonly Option<Regex?> _topicPattern = PatternOption("--topic-pattern", "Topics in whose names this is found");
    private readonly Option<string> _by = new("--by") { Description = "A line for each group, topic or partition", DefaultValueFactory = _ => "group" };
    private readonly Option<long> _allowed = new("--allowed-lag") { Description = "A lag of so many records counts as none", HelpName = "RECORDS" };
    private readonly Option<bool> _noTimes = new("--no-seconds") { Description = "Does not read the records that wait, so shows no time" };
    private readonly Option<double?> _watch = new("--watch", "-w")
    {
        Description = "Looks again and again, every so many seconds (default: 2), until stopped",
        HelpName = "SECONDS",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly LagLimits _limits = new();

    private LagCommand()
    {
        _by.AcceptOnlyFromAmong("group", "topic", "partition");
        _allowed.MustBeAtLeast(0);
        _watch.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && double.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var seconds) && seconds is < 0.1 or > 86_400)
                result.AddError("--watch must be from 0.1 to 86400 seconds.");
        });
    }

    public static Command Create(CliEnvironment environment)
    {
        var lag = new LagCommand();
        var command = new Command("lag", "Shows how far consumer groups are behind, in records and in time, and whether they keep up")
        {
            lag._groups, lag._pattern, lag._topics, lag._topicPattern, lag._by, lag._allowed, lag._noTimes, lag._watch,
        };
        foreach (var limit in lag._limits.All)
            command.Add(limit);
        return command.Runs(environment, lag.RunAsync);
    }

    private async Task<int> RunAsync(CommandContext context, CancellationToken stop)
    {
        var isWatch = context.Parse.GetResult(_watch) is not null;
        if (isWatch && _limits.AreGiven(context.Parse))
            throw CliException.Usage("--watch goes on for ever: limits are for a single look");
        var options = Options(context);
        if (!isWatch)
            return Once(context, options, stop);
        var interval = TimeSpan.FromSeconds(context.Parse.GetValue(_watch) ?? 2);
        return await new WatchView(context, options, context.Parse.GetRequiredValue(_by)).RunAsync(interval, stop);
    }

    private int Once(CommandContext context, LagScanOptions options, CancellationToken stop)
    {
        var rows = Rows(context, Scan(context, options, stop));
        var table = new Table(LagRow.Columns(context.Parse.GetRequiredValue(_by)));
        foreach (var row in rows)
            table.Add(row.Cells);
        context.Output.Write(table);
        var broken = rows.SelectMany(r => _limits.Broken(context.Parse, r)).ToList();
        foreach (var line in broken)
            context.Say("medstreams: " + line);
        if (broken.Count > 0)
            return ExitCodes.CheckFailed;
        if (rows.FirstOrDefault(r => r.Status == GroupStatus.NotFound) is { } missing)
            throw CliException.Failed($"there is no group {missing.Name}, or it never committed; 'medstreams lag' shows all");
        return ExitCodes.Done;
    }

    private LagScanOptions Options(CommandContext context) => new()
    {
        Groups = context.Parse.GetValue(_groups) ?? [],
        GroupPattern = context.Parse.GetValue(_pattern),
        Topics = context.Parse.GetValue(_topics) ?? [],
        TopicPattern = context.Parse.GetValue(_topicPattern),
        Rules = new LagRules { AllowedLag = context.Parse.GetValue(_allowed) },
        LooksUpTimes = !context.Parse.GetValue(_noTimes),
        Timeout = new KafkaClients(context).Timeout,
    };

    private static IReadOnlyList<GroupReport> Scan(CommandContext context, LagScanOptions options, CancellationToken stop)
    {
        var clients = new KafkaClients(context);
        using var admin = clients.CreateAdmin();
        var offsets = clients.AllTopics(admin).Topics.FirstOrDefault(t => t.Topic == OffsetsTopic);
        try
        {
            return new LagScanner(clients.CreateConsumer, TimeProvider.System).Scan(options, offsets?.Partitions.Count ?? 0, stop);
        }
        catch (TimeoutException e)
        {
            throw CliException.Failed(e.Message, e);
        }
        catch (ConsumeException e) when (e.Error.Code is ErrorCode.TopicAuthorizationFailed)
        {
            throw CliException.Failed($"this user may not read {OffsetsTopic} or a topic of the groups: it needs the right to read them", e);
        }
    }

    private List<LagRow> Rows(CommandContext context, IReadOnlyList<GroupReport> groups)
    {
        var by = context.Parse.GetRequiredValue(_by);
        var missing = (context.Parse.GetValue(_groups) ?? []).Except(groups.Select(g => g.Group), StringComparer.Ordinal);
        return [.. groups.SelectMany(g => LagRow.Of(g, by)), .. missing.Select(g => LagRow.NotFound(g, by))];
    }

    private static Option<Regex?> PatternOption(string name, string what) => new(name)
    {
        Description = what,
        HelpName = "REGEX",
        CustomParser = Pattern,
    };

    private static Regex? Pattern(ArgumentResult result)
    {
        try
        {
            return new Regex(result.Tokens[0].Value, RegexOptions.CultureInvariant, PatternPatience);
        }
        catch (RegexParseException e)
        {
            result.AddError($"'{result.Tokens[0].Value}' is no regular expression: {e.Error} at character {e.Offset}.");
            return null;
        }
    }
}
