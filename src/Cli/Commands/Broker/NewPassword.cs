using System.Text;

namespace MedStreams.Cli.Commands.Broker;

/// <summary>Reads a password that is to be set: never from an argument, which other users of the machine can see.</summary>
internal static class NewPassword
{
    /// <summary>The variable that may hold it.</summary>
    public const string Variable = "MEDSTREAMS_BROKER_PASSWORD";

    /// <summary>Takes the variable, else asks twice at a terminal, else reads the first line of standard input.</summary>
    /// <exception cref="CliException">There is none, or what was typed differs.</exception>
    public static async Task<string> ReadAsync(CommandContext context, string user, CancellationToken stop, string variable = Variable)
    {
        if (context.Environment.Variables.TryGetValue(variable, out var given))
            return Checked(given, variable);
        if (context.Environment.AskSecret is not { } ask)
        {
            using var input = new StreamReader(context.Environment.Input, Encoding.UTF8, leaveOpen: true);
            return Checked(await input.ReadLineAsync(stop), variable);
        }

        var first = Checked(ask($"Password for {user}: "), variable);
        return ask("The same again: ") == first ? first : throw CliException.Usage("the two passwords differ; nothing was changed");
    }

    private static string Checked(string? password, string variable) => string.IsNullOrEmpty(password)
        ? throw CliException.Usage($"there is no password: type it, give it on standard input, or set {variable}")
        : password;
}
