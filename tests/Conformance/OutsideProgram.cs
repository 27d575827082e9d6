using System.Diagnostics;
using System.Text;

namespace MedStreams.Conformance.Tests;

/// <summary>A program of this machine that talks to the broker.</summary>
internal static class OutsideProgram
{
    /// <summary>UTF-8 without a mark at the beginning, which would be part of the first record.</summary>
    public static readonly Encoding Utf8 = new UTF8Encoding(false);

    /// <summary>Whether a program is on the path.</summary>
    public static bool IsThere(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, name)));

    /// <summary>Runs a program to its end.</summary>
    /// <param name="name">The program.</param>
    /// <param name="input">What it reads; null for nothing.</param>
    /// <param name="encoding">Of its input and output.</param>
    /// <param name="arguments">Its arguments.</param>
    public static async Task<(int Code, string Output, string Error)> RunAsync(
        string name, string? input, Encoding encoding, params string[] arguments)
    {
        var start = new ProcessStartInfo(name, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = encoding,
            StandardOutputEncoding = encoding,
        };
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
