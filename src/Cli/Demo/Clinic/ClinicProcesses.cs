using System.Globalization;
using MedStreams.Local;

namespace MedStreams.Cli.Demo.Clinic;

/// <summary><c>run mllp-source</c>, <c>run reservations</c> and <c>run range-statistics</c>, each as a process of its own.</summary>
internal sealed class ClinicProcesses : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly GuardedProcess[] _processes;

    public ClinicProcesses(string folder, string bootstrapServers, string connectionString)
    {
        Directory.CreateDirectory(folder);
        _processes =
        [
            Start("mllp-source", "--partitions", "4", "--listen", $"127.0.0.1:{MllpPort.ToString(CultureInfo.InvariantCulture)}", "--instance-id", "demo"),
            Start("reservations", "--partitions", "4", "--application-server", QueryServer, "--state-dir", Path.Combine(folder, "reservations")),
            Start("range-statistics", "--partitions", "2", "--state-dir", Path.Combine(folder, "range-statistics")),
        ];

        GuardedProcess Start(string verb, params string[] arguments) => SelfProcess.Start(
            ["run", verb, "--create-topics", .. arguments],
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["MEDSTREAMS__KAFKA__BOOTSTRAPSERVERS"] = bootstrapServers,
                ["MEDSTREAMS__POSTGRES__CONNECTIONSTRING"] = connectionString,
            },
            Path.Combine(folder, $"{verb}.log"));
    }

    /// <summary>Where the source listens.</summary>
    public int MllpPort { get; } = LocalPorts.Next();

    /// <summary>Where the reservations can be asked.</summary>
    public string QueryServer { get; } = $"127.0.0.1:{LocalPorts.Next().ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Waits until the source takes messages.</summary>
    /// <exception cref="CliException">It does not.</exception>
    public async Task ReadyAsync(CancellationToken stop)
    {
        if (!await Waiting.UntilAsync(async () => await LocalPorts.AnswersAsync(MllpPort, stop), StartLimit, stop))
            throw CliException.Failed("the MLLP source does not listen");
    }

    /// <summary>Says so where one ended without being asked.</summary>
    /// <exception cref="CliException">One is gone.</exception>
    public void ThrowIfGone()
    {
        if (Array.Find(_processes, p => p.HasExited) is { } gone)
            throw CliException.Failed($"a process of the demo ended by itself with {gone.ExitCode}; --keep DIR keeps its log");
    }

    /// <summary>Kills those that still run.</summary>
    public void Dispose()
    {
        foreach (var process in _processes)
            process.Dispose();
    }
}
