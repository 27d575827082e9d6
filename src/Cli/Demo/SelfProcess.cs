using MedStreams.Local;

namespace MedStreams.Cli.Demo;

/// <summary>This program, started again with another verb: what the demo kills is what a user runs.</summary>
internal static class SelfProcess
{
    /// <summary>Starts a verb as a child that ends with us.</summary>
    /// <param name="arguments">The verb and its arguments.</param>
    /// <param name="environment">Settings, on top of our own environment.</param>
    /// <param name="logFile">Where both of its streams go.</param>
    public static GuardedProcess Start(
        IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string?> environment, string logFile)
    {
        var folder = AppContext.BaseDirectory;
        var program = Path.Combine(folder, "medstreams");
        string[] command = File.Exists(program)
            ? [program, .. arguments]
            : ["dotnet", Path.Combine(folder, "medstreams.dll"), .. arguments];
        return GuardedProcess.Start(new GuardedProcessStart(command[0], command[1..])
        {
            Environment = new Dictionary<string, string?>(environment)
            {
                ["DOTNET_EnableDiagnostics"] = "0", // its sockets would stay in the temporary folder after a kill
            },
            LogFile = logFile,
            WhenOrphaned = Signal.Kill,
        });
    }
}
