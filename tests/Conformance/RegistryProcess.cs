using System.Diagnostics;

namespace MedStreams.Conformance.Tests;

/// <summary>A broker with a schema registry beside it, as a process of the real program.</summary>
public sealed class RegistryProcess : IAsyncLifetime
{
    public const string User = "ann";
    public const string Password = "s3:cret";

    private readonly string _directory = Directory.CreateTempSubdirectory("medstreams-registry-").FullName;
    private Process _process = null!;

    /// <summary>The registry's address.</summary>
    internal Uri Address { get; private set; } = null!;

    /// <summary>The same with user and password.</summary>
    internal string AddressWithUser => $"http://{User}:{Uri.EscapeDataString(Password)}@{Address.Authority}";

    public async ValueTask InitializeAsync()
    {
        var start = new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "medstreams"),
            ["broker", "--data", Path.Combine(_directory, "data"), "--listen", "127.0.0.1:0", "--registry", "127.0.0.1:0"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _directory,
        };
        start.Environment[$"MEDSTREAMS__REGISTRY__USERS__{User}"] = Password;
        _process = Process.Start(start)!;
        var error = _process.StandardError.ReadToEndAsync();
        await _process.StandardOutput.ReadLineAsync();
        if (await _process.StandardOutput.ReadLineAsync() is not { } address)
            throw new InvalidOperationException(await error);
        Address = new Uri(address);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
