using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using MedStreams.Broker;

namespace MedStreams.Conformance.Tests.Security;

/// <summary>Real clients over TLS and SASL, and what rules allow them.</summary>
public sealed class SecureClientTests : IAsyncLifetime
{
    private const string Password = "correct horse";
    private const string Python = "/usr/bin/python3";
    private readonly string _folder = Directory.CreateTempSubdirectory("medstreams-secure-").FullName;
    private EmbeddedBroker _broker = null!;

    private string Authority => Path.Combine(_folder, "ca.pem");

    public async ValueTask InitializeAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=broker", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(150));
        await File.WriteAllTextAsync(Authority, certificate.ExportCertificatePem());
        var data = Path.Combine(_folder, "data");
        var users = BrokerUsers.Open(data);
        foreach (var user in new[] { "admin", "reader" })
            await users.SetAsync(user, Password, [SaslMechanism.ScramSha256, SaslMechanism.ScramSha512], BrokerUsers.MinIterations);
        _broker = new EmbeddedBroker(new BrokerOptions
        {
            DataDirectory = data,
            Listeners = [.. Enum.GetValues<ListenerProtocol>().Select(p => new BrokerListener { Name = p.KafkaName(), Protocol = p, Port = 0 })],
            Tls = new TlsOptions { KeyStore = new TlsStore { Pem = key.ExportPkcs8PrivateKeyPem() + "\n" + certificate.ExportCertificatePem() } },
            Sasl = new SaslOptions { Mechanisms = [SaslMechanism.Plain, SaslMechanism.ScramSha256, SaslMechanism.ScramSha512] },
            Authorization = new AuthorizationOptions { SuperUsers = ["User:admin"] },
        });
        await _broker.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(ListenerProtocol.SaslPlaintext, "PLAIN")]
    [InlineData(ListenerProtocol.SaslPlaintext, "SCRAM-SHA-256")]
    [InlineData(ListenerProtocol.SaslSsl, "PLAIN")]
    [InlineData(ListenerProtocol.SaslSsl, "SCRAM-SHA-256")]
    [InlineData(ListenerProtocol.SaslSsl, "SCRAM-SHA-512")]
    public async Task Kcat_writes_and_reads_as_a_user(ListenerProtocol protocol, string mechanism)
    {
        Assert.SkipUnless(OutsideProgram.IsThere("kcat"), "not run: there is no kcat");
        var lines = string.Concat(Enumerable.Range(0, 5000).Select(i => $"line {i}\n"));
        var (code, _, error) = await KcatAsync(protocol, mechanism, "admin", Password, lines, "-P", "-t", "lines");
        Assert.True(code == 0, error);
        Assert.Equal(lines, (await KcatAsync(protocol, mechanism, "admin", Password, null, "-C", "-t", "lines", "-e", "-q")).Output);
        Assert.NotEqual(0, (await KcatAsync(protocol, mechanism, "admin", "wrong", null, "-L", "-m", "1")).Code);
        (_, _, error) = await KcatAsync(protocol, mechanism, "reader", Password, null, "-C", "-t", "lines", "-e");
        Assert.Contains("Topic authorization failed", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PLAIN")]
    [InlineData("SCRAM-SHA-256")]
    [InlineData("SCRAM-SHA-512")]
    public async Task Kafka_python_writes_and_reads_as_a_user_over_TLS(string mechanism)
    {
        Assert.SkipUnless(await HasAsync("kafka"), "not run: there is no kafka-python for /usr/bin/python3");
        const string Script = """
            import sys
            from kafka import KafkaProducer, KafkaConsumer
            servers, mechanism, password, ca = sys.argv[1:]
            common = dict(bootstrap_servers=servers, security_protocol='SASL_SSL', sasl_mechanism=mechanism,
                          sasl_plain_username='admin', sasl_plain_password=password, ssl_cafile=ca)
            producer = KafkaProducer(**common)
            for i in range(100):
                producer.send('python', b'%d' % i)
            producer.flush()
            consumer = KafkaConsumer('python', auto_offset_reset='earliest', consumer_timeout_ms=3000, **common)
            print(sum(1 for _ in consumer))
            """;
        var (code, output, error) = await OutsideProgram.RunAsync(
            Python, null, OutsideProgram.Utf8, "-c", Script, Servers(ListenerProtocol.SaslSsl), mechanism, Password, Authority);
        Assert.True(code == 0, error);
        Assert.Equal("100", output.Trim());
    }

    [Theory]
    [InlineData("kafkajs", "PLAIN")]
    [InlineData("kafkajs", "SCRAM-SHA-256")]
    [InlineData("kafkajs", "SCRAM-SHA-512")]
    [InlineData("node-rdkafka", "PLAIN")]
    [InlineData("node-rdkafka", "SCRAM-SHA-256")]
    [InlineData("node-rdkafka", "SCRAM-SHA-512")]
    public async Task Clients_for_Node_write_transact_and_read_as_a_user_over_TLS(string name, string mechanism)
    {
        ClientSet.Require(name);
        var topic = $"{name}.{mechanism}";
        await using var client = Client("admin");
        var records = Enumerable.Range(0, 200)
            .Select(i => new ClientRecord(0, [(byte)i], Encoding.UTF8.GetBytes($"value {i}"), [("h", "x"u8.ToArray())], 1_700_000_000_000 + i))
            .ToList();
        await client.ProduceAsync(topic, "gzip", idempotent: true, records);
        await client.TransactAsync($"{topic}.id", topic, [new(records[..10], Commit: true), new(records[..10], Commit: false)]);
        var read = await client.ConsumeAsync(new Dictionary<string, int> { [topic] = 1 }, committed: true);
        Assert.Equal(
            records.Concat(records[..10]).Select(record => $"{Convert.ToHexString(record.Key!)} {Convert.ToHexString(record.Value!)} {record.Timestamp}"),
            read[topic].OrderBy(record => record.Offset).Select(record => $"{Convert.ToHexString(record.Key!)} {Convert.ToHexString(record.Value!)} {record.Timestamp}"));
        var relayed = await client.RelayAsync($"{topic}.group", topic, 210);
        Assert.Equal(210, relayed.Count);

        await using var reader = Client("reader");
        await Assert.ThrowsAnyAsync<Exception>(() => reader.ProduceAsync(topic, "none", idempotent: false, records[..1]));

        AgentClient Client(string user) => ClientSet.NodeClient(
            name,
            Servers(ListenerProtocol.SaslSsl),
            new JsonObject { ["mechanism"] = mechanism, ["user"] = user, ["password"] = Password, ["ca"] = Authority });
    }

    [Fact]
    public async Task Rules_that_an_admin_client_makes_hold_until_it_removes_them()
    {
        Assert.SkipUnless(await HasAsync("kafka") && await HasAsync("confluent_kafka"), "not run: there is no kafka or confluent_kafka for /usr/bin/python3");
        const string Script = """
            import sys
            from kafka.admin import KafkaAdminClient, ACL, ACLFilter, ACLOperation, ACLPermissionType, ResourcePattern, ResourcePatternFilter, ResourceType, ACLResourcePatternType
            from confluent_kafka import Producer
            servers, password, ca = sys.argv[1:]
            admin = KafkaAdminClient(bootstrap_servers=servers, security_protocol='SASL_SSL', sasl_mechanism='SCRAM-SHA-512',
                                     sasl_plain_username='admin', sasl_plain_password=password, ssl_cafile=ca)
            def write():
                errors = []
                producer = Producer({'bootstrap.servers': servers, 'security.protocol': 'sasl_ssl', 'sasl.mechanism': 'SCRAM-SHA-256',
                                     'sasl.username': 'reader', 'sasl.password': password, 'ssl.ca.location': ca, 'message.timeout.ms': 10000})
                producer.produce('ward.seven', b'x', on_delivery=lambda error, _: errors.append(error.name() if error else 'written'))
                producer.flush(15)
                return errors
            rule = lambda operation: ACL('User:reader', '*', operation, ACLPermissionType.ALLOW, ResourcePattern(ResourceType.TOPIC, 'ward.', ACLResourcePatternType.PREFIXED))
            every = ACLFilter(None, None, ACLOperation.ANY, ACLPermissionType.ANY, ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY))
            print(write())
            admin.create_acls([rule(ACLOperation.WRITE), rule(ACLOperation.CREATE)])
            print(write(), len(admin.describe_acls(every)[0]))
            admin.delete_acls([every])
            print(write(), len(admin.describe_acls(every)[0]))
            """;
        var (code, output, error) = await OutsideProgram.RunAsync(
            Python, null, OutsideProgram.Utf8, "-c", Script, Servers(ListenerProtocol.SaslSsl), Password, Authority);
        Assert.True(code == 0, error);
        Assert.Equal(
            ["['TOPIC_AUTHORIZATION_FAILED']", "['written'] 2", "['TOPIC_AUTHORIZATION_FAILED'] 0"],
            output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("-tls1_2", true)]
    [InlineData("-tls1_3", true)]
    [InlineData("-tls1_1", false)]
    public async Task Openssl_sees_the_versions_of_TLS(string version, bool spoken)
    {
        Assert.SkipUnless(OutsideProgram.IsThere("openssl"), "not run: there is no openssl");
        var (code, output, _) = await OutsideProgram.RunAsync(
            "openssl", "", OutsideProgram.Utf8, "s_client", "-connect", Servers(ListenerProtocol.Ssl), "-CAfile", Authority, "-verify_return_error", version);
        Assert.Equal(spoken, code == 0 && output.Contains("Verify return code: 0 (ok)", StringComparison.Ordinal));
    }

    private string Servers(ListenerProtocol protocol) => _broker.Listeners.Single(l => l.Protocol == protocol).BootstrapServers;

    private Task<(int Code, string Output, string Error)> KcatAsync(
        ListenerProtocol protocol, string mechanism, string user, string password, string? input, params string[] arguments) => OutsideProgram.RunAsync(
            "kcat",
            input,
            OutsideProgram.Utf8,
            [
                "-b", Servers(protocol), "-X", $"security.protocol={protocol.KafkaName()}", "-X", $"sasl.mechanism={mechanism}",
                "-X", $"sasl.username={user}", "-X", $"sasl.password={password}", "-X", $"ssl.ca.location={Authority}", .. arguments,
            ]);

    private static async Task<bool> HasAsync(string module) =>
        File.Exists(Python) && (await OutsideProgram.RunAsync(Python, null, OutsideProgram.Utf8, "-c", "import " + module)).Code == 0;
}
