using System.CommandLine;
using MedStreams.Cli.Terminal;

namespace MedStreams.Cli.Commands.Doctor;

/// <summary><c>doctor</c>: looks at the machine and says what is missing and which package brings it; changes nothing.</summary>
internal static class DoctorCommand
{
    public static Command Create(CliEnvironment environment) =>
        new Command("doctor", "Checks this machine: runtime, native libraries, settings, broker, programs of the demo")
            .Runs(environment, RunAsync);

    private static async Task<int> RunAsync(CommandContext context, CancellationToken stop)
    {
        var findings = await Examination.OfAsync(context, stop).ToListAsync(stop);
        var table = new Table("check", "status", "detail", "remedy");
        foreach (var finding in findings)
            table.Add(finding.Check, Words(finding), finding.Detail, finding.Remedy);
        context.Output.Write(table);
        var missing = findings.Count(f => f is { IsThere: false, IsNeeded: true });
        context.Output.Note(missing == 0 ? "Everything that is needed is there." : $"{missing} of what is needed is missing.");
        return missing == 0 ? ExitCodes.Done : ExitCodes.CheckFailed;
    }

    private static string Words(Finding finding) => finding switch
    {
        { IsThere: true } => "ok",
        { IsNeeded: true } => "missing",
        _ => "absent",
    };
}
