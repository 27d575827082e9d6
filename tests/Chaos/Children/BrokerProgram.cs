using System.Globalization;
using MedStreams.Broker;

namespace MedStreams.Chaos.Tests.Children;

/// <summary>The embedded broker as a process. Short looks at everything, so that a short run meets compaction and time-outs too.</summary>
internal static class BrokerProgram
{
    public const string Argument = "serve-broker";

    public static string[] Arguments(string folder, int port) => [Argument, folder, port.ToString(CultureInfo.InvariantCulture)];

    public static async Task<int> RunAsync(string[] settings)
    {
        await using var broker = new EmbeddedBroker(new BrokerOptions
        {
            DataDirectory = settings[0],
            Port = int.Parse(settings[1], CultureInfo.InvariantCulture),
            MinSessionTimeout = TimeSpan.FromMilliseconds(500),
            InitialRebalanceDelay = TimeSpan.FromMilliseconds(50),
            TransactionAbortInterval = TimeSpan.FromMilliseconds(200),
            MaintenanceInterval = TimeSpan.FromMilliseconds(200),
            CompactionInterval = TimeSpan.FromMilliseconds(500),
            RetentionCheckInterval = TimeSpan.FromSeconds(1),
            CheckpointBytes = 1 << 20,
        });
        await broker.StartAsync();
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
        return 0;
    }
}
