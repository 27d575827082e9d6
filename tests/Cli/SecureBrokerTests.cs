using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using MedStreams.Cli.Running;
using MedStreams.Streams;

namespace MedStreams.Cli.Tests;

/// <summary>The broker verb with listeners, TLS, users and rules, and the other verbs as its clients.</summary>
public sealed class SecureBrokerTests : IDisposable
{
    private const string Password = "pa55 word";

    private static readonly TopologyEntry Counter = new("counter", "Counts by key", _ =>
    {
        var builder = new StreamsBuilder();
        builder.Stream("words", Consumed.With(Serdes.String, Serdes.String))
            .GroupByKey(Grouped.With(Serdes.String, Serdes.String))
            .Count()
            .ToStream()
            .MapValues(count => $"{count}")
            .To("counts", Produced.With(Serdes.String, Serdes.String));
        return new RunnableTopology(builder.Build()) { Topics = ["words", "counts"] };
    });

    private readonly TemporaryFolder _folder = new();

    private string Data => Path.Combine(_folder.Path, "data");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Users_are_added_listed_and_removed_without_a_broker()
    {
        Assert.Equal(0, (await AddAsync("alice")).ExitCode);
        var again = await AddAsync("alice", "--mechanism", "SCRAM-SHA-512", "--iterations", "4096");
        Assert.Contains("has a new password", again.Error, StringComparison.Ordinal);
        await AddAsync("bob");
        var list = await CliRun.RunAsync("broker", "users", "list", "--data", Data);
        Assert.Equal(["alice\tSCRAM-SHA-512\t4096", "bob\tSCRAM-SHA-256\t8192", "bob\tSCRAM-SHA-512\t8192"], list.Lines);

        var plan = await CliRun.RunAsync("broker", "users", "remove", "bob", "--data", Data);
        Assert.Equal((0, "bob\twould be removed"), (plan.ExitCode, plan.Lines.Single()));
        Assert.Equal(0, (await CliRun.RunAsync("broker", "users", "remove", "bob", "--data", Data, "--execute")).ExitCode);
        Assert.Single((await CliRun.RunAsync("broker", "users", "list", "--data", Data)).Lines);
        Assert.Equal(1, (await CliRun.RunAsync("broker", "users", "remove", "bob", "--data", Data)).ExitCode);

        foreach (var file in Directory.EnumerateFiles(Data, "*", SearchOption.AllDirectories))
            Assert.DoesNotContain(Password, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            var mode = File.GetUnixFileMode(Path.Combine(Data, "security"));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, mode);
        }
    }

    [Fact]
    public async Task A_password_comes_from_a_variable_a_prompt_or_standard_input_and_must_be_there()
    {
        var withVariable = new CliRunner { WorkingDirectory = _folder.Path };
        withVariable.Variables["MEDSTREAMS_BROKER_PASSWORD"] = Password;
        Assert.Equal(0, (await withVariable.RunAsync("broker", "users", "add", "alice", "--data", Data)).ExitCode);
        Assert.Equal(2, (await CliRun.RunAsync("broker", "users", "add", "bob", "--data", Data)).ExitCode);
        Assert.Equal(2, (await CliRun.RunAsync("broker", "users", "add", " ", "--data", Data)).ExitCode);
        Assert.Equal(2, (await AddAsync("bob", "--iterations", "1")).ExitCode);
        Assert.Equal(2, (await AddAsync("bob", "--mechanism", "PLAIN")).ExitCode);

        var typed = new Queue<string?>([Password, Password]);
        var prompted = new CliRunner { AskSecret = _ => typed.Dequeue() };
        Assert.Equal(0, (await prompted.RunAsync("broker", "users", "add", "carol", "--data", Data)).ExitCode);
        typed = new Queue<string?>([Password, "other"]);
        var differing = await prompted.RunAsync("broker", "users", "add", "dave", "--data", Data);
        Assert.Equal(2, differing.ExitCode);
        Assert.Contains("differ", differing.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(await UsersAsync(), user => user is "bob" or "dave");
    }

    [Theory]
    [InlineData("--listeners", "SSL://127.0.0.1:0")]
    [InlineData("--listeners", "OTHER://127.0.0.1:0")]
    [InlineData("--listeners", "127.0.0.1:0")]
    [InlineData("--listeners", "A://127.0.0.1:0,A://127.0.0.1:0")]
    [InlineData("--listeners", "PLAINTEXT://127.0.0.1:0", "--advertised-listeners", "SSL://host:1")]
    [InlineData("--listeners", "A://127.0.0.1:0", "--set", "Broker:ListenerSecurityProtocolMap=A:TLS")]
    [InlineData("--set", "Broker:SslCipherSuites=NO_SUCH_SUITE")]
    [InlineData("--set", "Broker:SaslEnabledMechanisms=GSSAPI")]
    [InlineData("--set", "Broker:Authorizer=acl", "--set", "Broker:SuperUsers=admin")]
    public async Task Settings_that_make_no_sense_are_refused(params string[] args) =>
        Assert.Equal(2, (await CliRun.RunAsync(["broker", "--data", Data, .. args])).ExitCode);

    [Fact]
    public async Task Verbs_are_clients_over_TLS_with_a_user_and_rules()
    {
        WriteCertificates();
        await AddAsync("admin");
        await AddAsync("reader");
        await using var process = ChildProcess.Start(
            new Dictionary<string, string> { ["MEDSTREAMS__BROKER__SSLKEYPASSWORD"] = "key secret" },
            "broker", "--data", Data, "--json",
            "--listeners", "INSIDE://127.0.0.1:0,OUTSIDE://127.0.0.1:0",
            "--set", "Broker:ListenerSecurityProtocolMap=INSIDE:PLAINTEXT,OUTSIDE:SASL_SSL",
            "--set", "Broker:SslKeystoreType=PEM", "--set", $"Broker:SslKeystoreLocation={Path.Combine(_folder.Path, "broker.pem")}",
            "--set", "Broker:Authorizer=acl", "--set", "Broker:SuperUsers=User:admin");
        using var told = JsonDocument.Parse((await process.ReadLineAsync())!);
        var listeners = told.RootElement.GetProperty("listeners");
        Assert.Equal(["INSIDE PLAINTEXT", "OUTSIDE SASL_SSL"], listeners.EnumerateArray().Select(l => $"{l.GetProperty("name")} {l.GetProperty("protocol")}"));
        var servers = listeners[1].GetProperty("bootstrapServers").GetString()!;

        var admin = Client("admin", Password, "one\ntwo\n");
        Assert.Equal(0, (await admin.RunAsync("topics", "create", "t", "-b", servers)).ExitCode);
        Assert.Equal(0, (await admin.RunAsync("produce", "t", "-b", servers)).ExitCode);
        Assert.Equal(["one", "two"], (await admin.RunAsync("consume", "t", "--fields", "value", "-b", servers)).Lines);
        Assert.Contains("t\t1\t1", (await admin.RunAsync("topics", "list", "-b", servers)).Lines);

        // Without a rule there is nothing to see, and with a wrong password there is nobody to talk to.
        Assert.Empty((await Client("reader", Password).RunAsync("topics", "list", "-b", servers)).Lines);
        Assert.Equal(1, (await Client("reader", Password).RunAsync("consume", "t", "-b", servers)).ExitCode);
        Assert.Equal(4, (await Client("admin", "wrong").RunAsync("topics", "list", "-b", servers, "--set", "Kafka:Timeout=1 s")).ExitCode);

        // A user that is added while the broker runs can come at once.
        await AddAsync("late");
        Assert.Equal(0, (await Client("late", Password).RunAsync("topics", "list", "-b", servers)).ExitCode);
        process.Signal("TERM");
        var run = await process.EndAsync();
        Assert.Equal(143, run.ExitCode);
        Assert.DoesNotContain("secret", run.Error, StringComparison.Ordinal);
    }

    /// <summary>The rules are those that docs/broker.md names for a topology, and no more.</summary>
    [Fact]
    public async Task A_topology_with_state_runs_exactly_once_over_TLS_as_a_user_with_the_rules_of_the_guide()
    {
        WriteCertificates();
        await AddAsync("admin");
        await AddAsync("engine");
        Allow(
            "engine",
            ("Topic", "words", "Literal", "Read"),
            ("Topic", "counts", "Literal", "Write"),
            ("Topic", "medstreams-counter", "Prefixed", "Create"),
            ("Topic", "medstreams-counter", "Prefixed", "Read"),
            ("Topic", "medstreams-counter", "Prefixed", "Write"),
            ("Topic", "medstreams-counter", "Prefixed", "Delete"),
            ("Group", "medstreams-counter", "Prefixed", "Read"),
            ("TransactionalId", "medstreams-counter", "Prefixed", "Write"));
        await using var process = ChildProcess.Start(
            new Dictionary<string, string> { ["MEDSTREAMS__BROKER__SSLKEYPASSWORD"] = "key secret" },
            "broker", "--data", Data,
            "--listeners", "SASL_SSL://127.0.0.1:0",
            "--set", "Broker:SslKeystoreType=PEM", "--set", $"Broker:SslKeystoreLocation={Path.Combine(_folder.Path, "broker.pem")}",
            "--set", "Broker:Authorizer=acl", "--set", "Broker:SuperUsers=User:admin");
        var servers = (await process.ReadLineAsync())!;
        Assert.Equal(0, (await Client("admin", Password).RunAsync("topics", "create", "words", "counts", "-b", servers)).ExitCode);
        using var stop = new CancellationTokenSource();
        var runner = Client("engine", Password, topologies: [Counter]);
        var running = runner.RunAsync(["run", "counter", "--state-dir", Path.Combine(_folder.Path, "state"), "-b", servers], stop.Token);
        Assert.Equal(0, (await Client("admin", Password, "a:1\na:2\nb:3\n").RunAsync("produce", "words", "--key-separator", ":", "-b", servers)).ExitCode);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var seen = new List<string>();
        while (!seen.Contains("a\t2") || !seen.Contains("b\t1"))
        {
            patience.Token.ThrowIfCancellationRequested();
            Assert.False(running.IsCompleted, running.IsCompleted ? (await running).Error : "");
            seen = [.. (await Client("admin", Password).RunAsync("consume", "counts", "-b", servers)).Lines];
        }

        await stop.CancelAsync();
        var run = await running;
        Assert.True(run.ExitCode == 0, run.Error);
        process.Signal("TERM");
        Assert.Equal([], (await process.EndAsync()).Error.Split('\n')
            .Where(line => line.Contains("was denied", StringComparison.Ordinal))
            .Select(line => line[line.IndexOf("was denied", StringComparison.Ordinal)..])
            .Distinct());
    }

    [Fact]
    public async Task A_broker_that_is_open_to_the_network_says_so()
    {
        await using var process = ChildProcess.Start("broker", "--data", Data, "--listeners", "PLAINTEXT://0.0.0.0:0");
        Assert.StartsWith("127.0.0.1:", await process.ReadLineAsync(), StringComparison.Ordinal);
        process.Signal("TERM");
        var run = await process.EndAsync();
        Assert.Contains("asks nobody who they are", run.Error, StringComparison.Ordinal);
    }

    private Task<CliRun> AddAsync(string name, params string[] args) =>
        new CliRunner { Input = System.Text.Encoding.UTF8.GetBytes(Password + "\n") }.RunAsync(["broker", "users", "add", name, "--data", Data, .. args]);

    private async Task<IEnumerable<string>> UsersAsync() =>
        (await CliRun.RunAsync("broker", "users", "list", "--data", Data)).Lines.Select(line => line.Split('\t')[0]);

    /// <summary>A client whose librdkafka settings come from the environment, as on a server.</summary>
    private CliRunner Client(string user, string password, string input = "", IReadOnlyList<TopologyEntry>? topologies = null)
    {
        var runner = new CliRunner { Input = System.Text.Encoding.UTF8.GetBytes(input), Topologies = topologies ?? TopologyCatalog.Product };
        runner.Variables["MEDSTREAMS__KAFKA__CLIENT__SECURITY_PROTOCOL"] = "sasl_ssl";
        runner.Variables["MEDSTREAMS__KAFKA__CLIENT__SASL_MECHANISM"] = "SCRAM-SHA-512";
        runner.Variables["MEDSTREAMS__KAFKA__CLIENT__SASL_USERNAME"] = user;
        runner.Variables["MEDSTREAMS__KAFKA__CLIENT__SASL_PASSWORD"] = password;
        runner.Variables["MEDSTREAMS__KAFKA__CLIENT__SSL_CA_LOCATION"] = Path.Combine(_folder.Path, "ca.pem");
        return runner;
    }

    /// <summary>Writes rules for a user as the broker keeps them.</summary>
    private void Allow(string user, params (string Type, string Name, string Pattern, string Operation)[] rules) => _folder.Write(
        Path.Combine("data", "security", "acls.json"),
        JsonSerializer.Serialize(new
        {
            version = 1,
            rules = rules.Select(rule => new
            {
                resource = new { type = rule.Type, name = rule.Name, pattern = rule.Pattern },
                principal = $"User:{user}",
                host = "*",
                operation = rule.Operation,
                permission = "Allow",
            }),
        }));

    private void WriteCertificates()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=broker", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(150));
        _folder.Write("ca.pem", certificate.ExportCertificatePem());
        var encryption = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);
        _folder.Write("broker.pem", key.ExportEncryptedPkcs8PrivateKeyPem("key secret", encryption) + "\n" + certificate.ExportCertificatePem());
    }
}
