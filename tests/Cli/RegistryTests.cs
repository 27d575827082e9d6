using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using MedStreams.Serialization.Registry;

namespace MedStreams.Cli.Tests;

/// <summary>The schema registry as a program: its log on a real broker, its interface over HTTP and TLS.</summary>
public sealed class RegistryTests : IDisposable
{
    private static readonly RegistrySchema Schema = new("""{"type":"record","name":"R","fields":[{"name":"x","type":"int"}]}""");
    private static readonly RegistrySchema Next = new("""{"type":"record","name":"R","fields":[{"name":"x","type":"int"},{"name":"y","type":"int","default":0}]}""");

    private readonly TemporaryFolder _folder = new();

    private string Data => System.IO.Path.Combine(_folder.Path, "data");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_registry_beside_the_broker_survives_kill_9_with_its_ids()
    {
        await using (var first = ChildProcess.Start("broker", "--data", Data, "--listen", "127.0.0.1:0", "--registry", "127.0.0.1:0"))
        {
            Assert.StartsWith("127.0.0.1:", await first.ReadLineAsync(), StringComparison.Ordinal);
            using var client = Client(await first.ReadLineAsync());
            Assert.Equal(1, (await client.RegisterAsync("a", Schema)).Id);
            await client.SetCompatibilityAsync(CompatibilityLevel.Full, "a");
            Assert.Equal(2, (await client.RegisterAsync("a", Next)).Id);
            Assert.Equal(3, (await client.RegisterAsync("station/7 ü", new RegistrySchema("\"string\""))).Id);
            first.Signal("KILL");
            await first.EndAsync();
        }

        await using var second = ChildProcess.Start("broker", "--data", Data, "--listen", "127.0.0.1:0", "--registry", "127.0.0.1:0", "--json");
        var said = JsonNode.Parse((await second.ReadLineAsync())!)!;
        using var again = Client((string?)said["registry"]);
        Assert.Equal(["a", "station/7 ü"], await again.GetSubjectsAsync());
        Assert.Equal(Next, await again.GetAsync(2));
        Assert.Equal(CompatibilityLevel.Full, await again.GetCompatibilityAsync("a"));
        Assert.Equal(1, (await again.FindAsync("a", Schema)).Id);
        Assert.Equal(4, (await again.RegisterAsync("b", new RegistrySchema("\"bytes\""))).Id);
        Assert.Equal(
            """{"keytype":"SCHEMA","subject":"a","version":1,"magic":1} {"subject":"a","version":1,"id":1,"schema":"{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"x\",\"type\":\"int\"}]}","deleted":false}""",
            Records((string)said["bootstrapServers"]!).First());
        second.Signal("TERM");
        Assert.Equal(143, (await second.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task A_registry_of_its_own_serves_on_any_broker()
    {
        await using var broker = ChildProcess.Start("broker", "--data", Data, "--listen", "127.0.0.1:0");
        var servers = (await broker.ReadLineAsync())!;
        await using var registry = ChildProcess.Start("registry", "-b", servers, "--listen", "127.0.0.1:0", "--set", "Registry:Topic=schemas.lab", "--set", "Registry:Compatibility=NONE");
        using var client = Client(await registry.ReadLineAsync());

        Assert.Equal(CompatibilityLevel.None, await client.GetCompatibilityAsync());
        Assert.Equal(1, (await client.RegisterAsync("a", Schema)).Id);

        // What another writer appends to the topic shows.
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = servers }).Build();
        await producer.ProduceAsync("schemas.lab", new Message<byte[], byte[]>
        {
            Key = Encoding.UTF8.GetBytes("""{"keytype":"SCHEMA","subject":"other","version":1,"magic":1}"""),
            Value = Encoding.UTF8.GetBytes("""{"subject":"other","version":1,"id":9,"schema":"\"int\"","deleted":false}"""),
        }, TestContext.Current.CancellationToken);
        await MedStreams.Support.Eventually.Holds(() => client.GetSubjectsAsync().GetAwaiter().GetResult().Contains("other"));
        Assert.Equal(10, (await client.RegisterAsync("a", Next)).Id);
    }

    [Fact]
    public async Task Users_and_TLS_with_certificates_of_clients()
    {
        using var authority = Authority();
        var (server, _) = Issue(authority, "localhost", "1.3.6.1.5.5.7.3.1");
        var (_, clientCertificate) = Issue(authority, "lab", "1.3.6.1.5.5.7.3.2");
        await File.WriteAllTextAsync(InFolder("server.pem"), server, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(InFolder("ca.pem"), authority.ExportCertificatePem(), TestContext.Current.CancellationToken);
        var variables = new Dictionary<string, string> { ["MEDSTREAMS__REGISTRY__USERS__ANN"] = "s3cret" };
        await using var process = ChildProcess.Start(
            variables, "broker", "--data", Data, "--listen", "127.0.0.1:0", "--registry", "127.0.0.1:0",
            "--set", $"Registry:CertificateFile={InFolder("server.pem")}", "--set", $"Registry:ClientAuthoritiesFile={InFolder("ca.pem")}");
        await process.ReadLineAsync();
        var url = new UriBuilder((await process.ReadLineAsync())!) { Host = "localhost" }.Uri;
        Assert.Equal("https", url.Scheme);
        var options = new SchemaRegistryOptions { Urls = [url], UserName = "ANN", Password = "s3cret", Authorities = [authority], ClientCertificate = clientCertificate, Retries = 0 };

        using (var client = new SchemaRegistryClient(options))
        {
            Assert.Equal(1, (await client.RegisterAsync("a", Schema)).Id);
        }

        using (var stranger = new SchemaRegistryClient(options with { Password = "guess" }))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await Assert.ThrowsAsync<SchemaRegistryException>(() => stranger.GetSubjectsAsync())).Status);
        }

        using (var without = new SchemaRegistryClient(options with { ClientCertificate = null }))
        {
            Assert.True((await Assert.ThrowsAsync<SchemaRegistryException>(() => without.GetSubjectsAsync())).IsTransient);
        }

        using var wary = new SchemaRegistryClient(options with { Authorities = [] });
        Assert.True((await Assert.ThrowsAsync<SchemaRegistryException>(() => wary.GetSubjectsAsync())).IsTransient);
    }

    [Theory]
    [InlineData("--set", "Registry:ClientAuthoritiesFile=none.pem")]
    [InlineData("--set", "Registry:CertificateFile=none.pem")]
    [InlineData("--set", "Registry:Compatibility=SIDEWAYS")]
    [InlineData("--registry", "nowhere")]
    public async Task Settings_that_make_no_sense_are_refused(params string[] args) =>
        Assert.Equal(2, (await CliRun.RunAsync(["broker", "--data", Data, "--listen", "127.0.0.1:0", "--set", "Registry:Listen=127.0.0.1:0", .. args])).ExitCode);

    [Fact]
    public async Task A_topic_that_would_lose_schemas_is_refused()
    {
        await using var broker = ChildProcess.Start("broker", "--data", Data, "--listen", "127.0.0.1:0");
        var servers = (await broker.ReadLineAsync())!;
        await CliRun.RunAsync("topics", "create", "-b", servers, "two", "-p", "2", "-c", "cleanup.policy=compact");
        await CliRun.RunAsync("topics", "create", "-b", servers, "plain", "-p", "1");

        var two = await CliRun.RunAsync("registry", "-b", servers, "--listen", "127.0.0.1:0", "--set", "Registry:Topic=two");
        Assert.Equal((1, true), (two.ExitCode, two.Error.Contains("must have one partition", StringComparison.Ordinal)));
        var plain = await CliRun.RunAsync("registry", "-b", servers, "--listen", "127.0.0.1:0", "--set", "Registry:Topic=plain");
        Assert.Equal((1, true), (plain.ExitCode, plain.Error.Contains("cleanup.policy=delete", StringComparison.Ordinal)));
        Assert.Equal(4, (await CliRun.RunAsync("registry", "-b", "127.0.0.1:1", "--listen", "127.0.0.1:0", "--set", "Kafka:Timeout=300 ms")).ExitCode);
    }

    private static SchemaRegistryClient Client(string? url) => new(new SchemaRegistryOptions { Urls = [new Uri(url!)] });

    private static IEnumerable<string> Records(string servers)
    {
        using var consumer = new ConsumerBuilder<string, string>(new ConsumerConfig { BootstrapServers = servers, GroupId = "t", AutoOffsetReset = AutoOffsetReset.Earliest, EnableAutoCommit = false }).Build();
        consumer.Assign(new TopicPartitionOffset("_schemas", 0, Offset.Beginning));
        var record = consumer.Consume(TimeSpan.FromSeconds(20));
        Assert.NotNull(record);
        yield return $"{record.Message.Key} {record.Message.Value}";
    }

    private static X509Certificate2 Authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    /// <summary>A certificate and its key, as PEM and as an object.</summary>
    private static (string Pem, X509Certificate2 Certificate) Issue(X509Certificate2 authority, string name, string usage)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        using var issued = request.Create(authority, new DateTimeOffset(authority.NotBefore), new DateTimeOffset(authority.NotAfter), RandomNumberGenerator.GetBytes(8));
        var certificate = issued.CopyWithPrivateKey(key);
        return ($"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}", certificate);
    }

    private string InFolder(string name) => System.IO.Path.Combine(_folder.Path, name);
}
