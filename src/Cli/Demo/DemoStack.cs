using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MedStreams.Local;
using MedStreams.Monitoring.Page;
using MedStreams.Topologies.Increments;

namespace MedStreams.Cli.Demo;

/// <summary>
/// A small production of one's own: the embedded broker, a private PostgreSQL and a runner, each a process that can be
/// killed and started again in place. All of it lies in one folder, and ends with this process.
/// </summary>
internal sealed class DemoStack : IAsyncDisposable
{
    private const int Partitions = 4;
    private const int RetentionDays = 60 * 365;

    private readonly string _folder;
    private readonly string _pseudonymKey = RandomNumberGenerator.GetHexString(32);
    private readonly int _pagePort = LocalPorts.Next();

    private DemoStack(string folder, PrivateBroker broker, PrivatePostgres postgres)
    {
        (_folder, Broker, Postgres) = (folder, broker, postgres);
        Options = new IncrementsOptions
        {
            Parsing = new LogParsingOptions
            {
                PseudonymKey = Encoding.UTF8.GetBytes(_pseudonymKey),
                Sources = HospitalDefaults.Sources,
            },

            // Logs of many years come in side by side. Only what is older than the retention depends on how the machines'
            // records happen to be interleaved, and could not be counted independently.
            Retention = TimeSpan.FromDays(RetentionDays),
        };
        Runner = new IncrementsRunner(Path.Combine(folder, "runner"), RunnerSettings());
    }

    /// <summary>The broker; it runs.</summary>
    public PrivateBroker Broker { get; }

    /// <summary>The database server; it runs.</summary>
    public PrivatePostgres Postgres { get; }

    /// <summary>The runner; <see cref="IncrementsRunner.Start"/> starts it.</summary>
    public IncrementsRunner Runner { get; }

    /// <summary>The runner's page, with the user <c>demo</c>.</summary>
    public string PageAddress => $"http://127.0.0.1:{_pagePort}/";

    /// <summary>The password of that user; the same after a restart of the runner.</summary>
    public string PagePassword { get; } = RandomNumberGenerator.GetHexString(16, lowercase: true);

    /// <summary>What the runner's topology is made of.</summary>
    public IncrementsOptions Options { get; }

    /// <summary>Starts broker and database side by side, and makes the topics.</summary>
    public static async Task<DemoStack> StartAsync(string folder, CancellationToken stop)
    {
        var brokerStart = PrivateBroker.StartAsync(Path.Combine(folder, "broker"), stop);
        var postgresStart = PrivatePostgres.StartAsync(cancellationToken: stop);
        try
        {
            await Task.WhenAll(brokerStart, postgresStart);
        }
        catch
        {
            if (brokerStart.IsCompletedSuccessfully)
                (await brokerStart).Dispose();
            if (postgresStart.IsCompletedSuccessfully)
                await (await postgresStart).DisposeAsync();
            throw;
        }

        var stack = new DemoStack(folder, await brokerStart, await postgresStart);
        try
        {
            await Topics.CreateAsync(
                stack.Broker.BootstrapServers, Partitions, IncrementsTopology.Topics(stack.Options));
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends all three.</summary>
    public async ValueTask DisposeAsync()
    {
        Runner.Dispose();
        Broker.Dispose();
        await Postgres.DisposeAsync();
    }

    private Dictionary<string, string?> RunnerSettings() => new(StringComparer.Ordinal)
    {
        ["MEDSTREAMS__KAFKA__BOOTSTRAPSERVERS"] = Broker.BootstrapServers,
        ["MEDSTREAMS__POSTGRES__CONNECTIONSTRING"] = Postgres.ConnectionString,
        ["MEDSTREAMS__STREAMS__STATEDIR"] = Path.Combine(_folder, "runner", "state"),
        ["MEDSTREAMS__STREAMS__NUMSTREAMTHREADS"] = Math.Clamp(Environment.ProcessorCount, 1, 4).ToString(CultureInfo.InvariantCulture),

        // A static member: a runner that is started again within the session takes its tasks back at once.
        ["MEDSTREAMS__STREAMS__GROUPINSTANCEID"] = "demo",
        ["MEDSTREAMS__STREAMS__SESSIONTIMEOUT"] = "10 s",
        ["MEDSTREAMS__INCREMENTS__PSEUDONYMKEY"] = _pseudonymKey,
        ["MEDSTREAMS__PAGE__LISTEN"] = $"127.0.0.1:{_pagePort}",
        ["MEDSTREAMS__PAGE__USERS__demo__HASH"] = PasswordHash.Of(PagePassword, PasswordHash.MinIterations).ToString(),
        ["MEDSTREAMS__PAGE__USERS__demo__ROLE"] = "operator",
        ["MEDSTREAMS__PAGE__USERS__demo__PATIENTDATA"] = "true",
        ["MEDSTREAMS__INCREMENTS__RETENTION"] = $"{RetentionDays} d",
    };
}
