using MedStreams.Local;

namespace MedStreams.Chaos.Tests.Stack;

/// <summary>This program again, as a child that ends with us.</summary>
internal static class ChildProgram
{
    public static GuardedProcess Start(string[] arguments, string logFile)
    {
        const string Name = "MedStreams.Chaos.Tests";
        var program = Path.Combine(AppContext.BaseDirectory, Name);
        string[] command = File.Exists(program)
            ? [program, .. arguments]
            : ["dotnet", Path.Combine(AppContext.BaseDirectory, Name + ".dll"), .. arguments];
        return GuardedProcess.Start(new GuardedProcessStart(command[0], command[1..])
        {
            Environment = new Dictionary<string, string?>
            {
                ["DOTNET_EnableDiagnostics"] = "0", // its sockets would stay in the temporary folder after a kill
                ["DOTNET_TieredPGO"] = "0", // most children live for seconds
            },
            LogFile = logFile,
            WhenOrphaned = Signal.Kill,
        });
    }
}
