using System.Diagnostics;

namespace MedStreams.Conformance.Tests;

/// <summary>A program of this machine that talks to the broker.</summary>
internal static class OutsideProgram
{
    /// <summary>Whether a program is on the path.</summary>
    public static bool IsThere(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, name)));

    /// <summary>Runs a program to its end.</summary>
    /// <param name="name">The program.</param>
    /// <param name="input">What it reads; null for nothing.</param>
    /// <param name="arguments">Its arguments.</param>
    public static async Task<(int Code, string Output, string Error)> RunAsync(string name, string? input, params string[] arguments)
    {
        var start = new ProcessStartInfo(name)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        try
        {
            var stop = TestContext.Current.CancellationToken;
            var output = process.StandardOutput.ReadToEndAsync(stop);
            var error = process.StandardError.ReadToEndAsync(stop);
            await process.StandardInput.WriteAsync(input.AsMemory(), stop);
            process.StandardInput.Close();
            await process.WaitForExitAsync(stop);
            return (process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }
}
