using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using MedStreams.Support;

namespace MedStreams.Monitoring.Tests.Notifications;

/// <summary>Debian's aiosmtpd, a real mail server.</summary>
internal sealed class SmtpServer : IAsyncDisposable
{
    private const string Python = "/usr/bin/python3";
    private readonly Process _process;

    private SmtpServer(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    public ConcurrentQueue<JsonElement> Mails { get; } = new();

    public static async Task<SmtpServer> StartAsync(int port, params string[] login)
    {
        Assert.SkipUnless(Directory.Exists("/usr/lib/python3/dist-packages/aiosmtpd"), "not run: there is no aiosmtpd");
        var process = Process.Start(new ProcessStartInfo(Python, [Path.Combine(AppContext.BaseDirectory, "Notifications", "smtp_server.py"), $"{port}", .. login])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var server = new SmtpServer(process, port);
        var isReady = false;
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data == "ready")
                isReady = true;
            else if (line.Data is not null)
                server.Mails.Enqueue(JsonDocument.Parse(line.Data).RootElement);
        };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await Eventually.Holds(() => Volatile.Read(ref isReady));
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
