using System.CommandLine;
using MedStreams.Broker;
using MedStreams.Cli.Configuration;
using MedStreams.Cli.Terminal;

namespace MedStreams.Cli.Commands.Broker;

/// <summary>
/// <c>broker users</c>: who can authenticate by SASL, in a data directory. Works whether a broker runs on it or not; a running
/// one takes changes over at the next log-in.
/// </summary>
internal static class BrokerUsersCommand
{
    private static readonly SaslMechanism[] AllMechanisms = [SaslMechanism.ScramSha256, SaslMechanism.ScramSha512];

    public static Command Create(CliEnvironment environment) =>
        new("users", "Who can authenticate by SASL: in the data directory, whether the broker runs or not")
        {
            Add(environment),
            List(environment),
            Remove(environment),
        };

    private static Command Add(CliEnvironment environment)
    {
        var name = new Argument<string>("NAME");
        var mechanisms = new Option<string[]>("--mechanism")
        {
            Description = "SCRAM-SHA-256 or SCRAM-SHA-512; may be repeated (default: both)",
            HelpName = "MECHANISM",
        };
        mechanisms.AcceptOnlyFromAmong([.. AllMechanisms.Select(m => m.RegisteredName())]);
        var iterations = new Option<int>("--iterations")
        {
            Description = $"How often the password is hashed, {BrokerUsers.MinIterations} to {BrokerUsers.MaxIterations}",
            DefaultValueFactory = _ => BrokerUsers.MinIterations * 2,
        };
        iterations.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var number) && number is < BrokerUsers.MinIterations or > BrokerUsers.MaxIterations)
                result.AddError($"--iterations must be {BrokerUsers.MinIterations} to {BrokerUsers.MaxIterations}.");
        });
        return new Command("add", "Adds a user or gives one a new password, read from MEDSTREAMS_BROKER_PASSWORD, a prompt, or standard input")
        {
            name, mechanisms, iterations,
        }.Runs(environment, (context, stop) => AddAsync(
            context, context.Parse.GetRequiredValue(name), context.Parse.GetValue(mechanisms) ?? [], context.Parse.GetValue(iterations), stop));
    }

    private static async Task<int> AddAsync(CommandContext context, string name, string[] mechanisms, int iterations, CancellationToken stop)
    {
        if (string.IsNullOrWhiteSpace(name))
            throw CliException.Usage("a user's name must not be empty");
        var users = Open(context);
        var password = await NewPassword.ReadAsync(context, name, stop);
        var chosen = mechanisms.Length == 0 ? AllMechanisms : [.. AllMechanisms.Where(m => mechanisms.Contains(m.RegisteredName()))];
        var wasThere = await GuardedAsync(() => users.SetAsync(name, password, chosen, iterations));
        context.Say($"{name}: {(wasThere ? "has a new password" : "added")}");
        return ExitCodes.Done;
    }

    private static Command List(CliEnvironment environment) =>
        new Command("list", "Lists the users: name, mechanism, iterations").Runs(environment, context =>
        {
            var table = new Table("user", "mechanism", "iterations");
            foreach (var user in Open(context).List)
            {
                foreach (var (mechanism, iterations) in user.Credentials)
                    table.Add(user.Name, mechanism.RegisteredName(), iterations);
            }

            context.Output.Write(table);
            return ExitCodes.Done;
        });

    private static Command Remove(CliEnvironment environment)
    {
        var names = new Argument<string[]>("NAME") { Arity = ArgumentArity.OneOrMore };
        var execute = new Option<bool>("--execute") { Description = "Really removes; without it only the plan is shown" };
        return new Command("remove", "Removes users; connections that they have stay open") { names, execute }
            .Runs(environment, (context, _) => RemoveAsync(
                context, context.Parse.GetRequiredValue(names), context.Parse.GetValue(execute)));
    }

    private static async Task<int> RemoveAsync(CommandContext context, string[] names, bool execute)
    {
        var users = Open(context);
        var table = new Table("user", "action");
        foreach (var name in names.Distinct(StringComparer.Ordinal))
        {
            if (!users.List.Any(user => user.Name == name))
                throw CliException.Failed($"there is no user {name}; 'medstreams broker users list' shows all");
            if (execute)
                await GuardedAsync(() => users.RemoveAsync(name));
            table.Add(name, execute ? "removed" : "would be removed");
        }

        context.Output.Write(table);
        if (!execute)
            context.Say("Nobody was removed: add --execute to do it.");
        return ExitCodes.Done;
    }

    private static BrokerUsers Open(CommandContext context)
    {
        var directory = Path.GetFullPath(context.Settings.Require(BrokerSettings.DataDirectory), context.Environment.WorkingDirectory);
        try
        {
            return BrokerUsers.Open(directory);
        }
        catch (BrokerException e)
        {
            throw CliException.Failed(e.Message, e);
        }
    }

    private static async Task<bool> GuardedAsync(Func<Task<bool>> change)
    {
        try
        {
            return await change();
        }
        catch (BrokerException e)
        {
            throw CliException.Failed(e.Message, e);
        }
    }
}
