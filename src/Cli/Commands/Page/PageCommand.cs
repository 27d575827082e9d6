using System.CommandLine;
using MedStreams.Cli.Commands.Broker;
using MedStreams.Monitoring.Page;

namespace MedStreams.Cli.Commands.Page;

/// <summary><c>page</c>: what belongs to the page that <c>run</c> and <c>monitor</c> serve.</summary>
internal static class PageCommand
{
    private const string Variable = "MEDSTREAMS_PAGE_PASSWORD";
    private const int ShortestPassword = 12;

    public static Command Create(CliEnvironment environment) => new("page", "The page that run and monitor serve: makes hashes of its users' passwords")
    {
        new Command("hash-password", "Prints the hash of a password for Page:Users, read from MEDSTREAMS_PAGE_PASSWORD, a prompt, or standard input").Runs(environment, HashAsync),
    };

    private static async Task<int> HashAsync(CommandContext context, CancellationToken stop)
    {
        var password = await NewPassword.ReadAsync(context, "a user of the page", stop, Variable);
        if (password.EnumerateRunes().Count() < ShortestPassword)
            throw CliException.Usage($"the password is too short: {ShortestPassword} characters or more are allowed");
        var hash = PasswordHash.Of(password).ToString();
        if (context.Output.Json)
        {
            context.Output.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("hash", hash);
                json.WriteEndObject();
            });
        }
        else
        {
            context.Output.WriteText(hash + "\n");
        }

        return ExitCodes.Done;
    }
}
