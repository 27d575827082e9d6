using System.CommandLine;
using MedStreams.Cli.Configuration;
using MedStreams.Streams;

namespace MedStreams.Cli.Commands.Reset;

/// <summary>The options of <c>reset</c>.</summary>
internal sealed class ResetArguments
{
    private readonly ResetTargets _targets = new();
    private readonly Option<string[]> _inputs = Topics("--input-topics", "Topics that are read again; not given: those that TOPOLOGY reads");

    private readonly Option<string[]> _intermediates = Topics(
        "--intermediate-topics", "Topics that the application writes and reads itself: set to their ends; not given: those of TOPOLOGY");

    private readonly Option<string[]> _internals = Topics(
        "--internal-topics", "Internal topics to delete; not given: all that the application has made");

    private readonly Option<string?> _wait = new("--wait")
    {
        Description = "How long to wait until the group has no members, as in 45 s",
        HelpName = "TIME",
    };

    public Option<bool> Execute { get; } = new("--execute") { Description = "Really does it; without it only the plan is shown" };

    public IEnumerable<Option> All => [_inputs, _intermediates, _internals, .. _targets.All, _wait, Execute];

    /// <summary>How long members are waited for.</summary>
    public TimeSpan Wait(ParseResult parse)
    {
        if (parse.GetValue(_wait) is not { } text)
            return TimeSpan.Zero;
        var rule = Rules.Duration(TimeSpan.Zero);
        return rule.TryRead(text, out var wait) ? wait : throw CliException.Usage($"--wait {text}: allowed is {rule.Allowed}");
    }

    /// <summary>What is known already, with what was given on the command line over it.</summary>
    public ResetOptions Over(ParseResult parse, ResetOptions known)
    {
        var inputs = Names(parse, _inputs);
        var over = inputs is null ? known : known.WithInputs(inputs);
        return over with
        {
            IntermediateTopics = Names(parse, _intermediates) ?? known.IntermediateTopics,
            InternalTopics = Names(parse, _internals) ?? known.InternalTopics,
            Target = _targets.Read(parse),
        };
    }

    private static string[]? Names(ParseResult parse, Option<string[]> option) =>
        parse.GetResult(option) is { Implicit: false }
            ? [.. parse.GetValue(option)!.SelectMany(static v => v.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))]
            : null;

    private static Option<string[]> Topics(string name, string description) =>
        new(name) { Description = description, HelpName = "TOPICS", AllowMultipleArgumentsPerToken = false };
}
