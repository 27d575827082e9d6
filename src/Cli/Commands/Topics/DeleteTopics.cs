using System.CommandLine;
using Confluent.Kafka.Admin;
using MedStreams.Cli.Kafka;
using MedStreams.Cli.Terminal;

namespace MedStreams.Cli.Commands.Topics;

/// <summary><c>topics delete</c>: shows what would go, and acts with <c>--execute</c> only.</summary>
internal static class DeleteTopics
{
    public static Command Create(CliEnvironment environment)
    {
        var names = new Argument<string[]>("TOPIC") { Arity = ArgumentArity.OneOrMore };
        var execute = new Option<bool>("--execute") { Description = "Really deletes; without it only the plan is shown" };
        return new Command("delete", "Deletes topics and their records") { names, execute }
            .Runs(environment, (context, _) =>
                RunAsync(context, context.Parse.GetRequiredValue(names), context.Parse.GetValue(execute)));
    }

    private static async Task<int> RunAsync(CommandContext context, string[] names, bool execute)
    {
        var clients = new KafkaClients(context);
        using var admin = clients.CreateAdmin();
        var table = new Table("topic", "partitions", "action");
        foreach (var name in names.Distinct(StringComparer.Ordinal))
            table.Add(name, clients.Topic(admin, name).Partitions.Count, execute ? "deleted" : "would be deleted");
        if (execute)
            await DeleteAsync(admin, clients.Timeout, table.Rows.Select(row => (string)row[0]!));
        context.Output.Write(table);
        if (!execute)
            context.Say("Nothing was deleted: add --execute to do it.");
        return ExitCodes.Done;
    }

    private static async Task DeleteAsync(Confluent.Kafka.IAdminClient admin, TimeSpan timeout, IEnumerable<string> names)
    {
        try
        {
            await admin.DeleteTopicsAsync(names, new DeleteTopicsOptions { RequestTimeout = timeout, OperationTimeout = timeout });
        }
        catch (DeleteTopicsException e)
        {
            var refused = e.Results.Where(r => r.Error.IsError).Select(r => $"{r.Topic}: {r.Error.Reason} ({r.Error.Code})");
            throw CliException.Failed(string.Join("; ", refused), e);
        }
    }
}
