using System.Diagnostics;

namespace MedStreams.Broker.Tests.Clients;

/// <summary>A kcat process; disposal kills it.</summary>
internal sealed class Kcat : IDisposable
{
    private readonly Process _process;

    private Kcat(Process process) => _process = process;

    public static Kcat Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("kcat") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start)!;
        process.BeginErrorReadLine();
        return new Kcat(process);
    }

    /// <summary>Runs to the end and answers the lines of its output.</summary>
    public static async Task<string[]> RunAsync(params string[] arguments)
    {
        using var kcat = Start(arguments);
        var output = await kcat._process.StandardOutput.ReadToEndAsync();
        await kcat._process.WaitForExitAsync();
        Assert.Equal(0, kcat._process.ExitCode);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}
