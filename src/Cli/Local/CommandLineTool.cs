using System.Diagnostics;

namespace MedStreams.Local;

/// <summary>Runs a program of the operating system to its end.</summary>
internal static class CommandLineTool
{
    /// <summary>Runs it and waits.</summary>
    /// <returns>Its standard output.</returns>
    /// <exception cref="InvalidOperationException">It is not there or failed; the text holds what it said.</exception>
    public static async Task<string> RunAsync(
        string fileName, IEnumerable<string> arguments, CancellationToken cancellationToken = default)
    {
        var start = new ProcessStartInfo(fileName)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Launch(start);
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"{fileName} ended with {process.ExitCode}: {(await errors).Trim()} {(await output).Trim()}".TrimEnd());
        }

        return await output;
    }

    /// <summary>Where a program lies: the first folder of PATH, or of the usual ones, that holds it; null: nowhere.</summary>
    public static string? Find(string name)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Concat(["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"]);
        return folders.Where(folder => folder.Length > 0)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
    }

    private static Process Launch(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new InvalidOperationException($"{start.FileName} cannot be started: {e.Message}", e);
        }
    }
}
