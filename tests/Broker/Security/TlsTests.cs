using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Tests.Server;
using MedStreams.Support;

namespace MedStreams.Broker.Tests.Security;

public sealed class TlsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Requests_are_served_over_both_versions(SslProtocols version)
    {
        await using var broker = await SecureBroker.StartAsync();
        using var client = await broker.ConnectAsync(ListenerProtocol.Ssl, versions: version);
        Assert.Equal(version, client.TlsVersion);
        var metadata = await client.AskAsync<MetadataRequest, MetadataResponse>(9, new());
        Assert.Equal(("127.0.0.1", broker.PortOf(ListenerProtocol.Ssl)), (metadata.Brokers[0].Host, metadata.Brokers[0].Port));
    }

    [Fact]
    public async Task Only_enabled_versions_and_suites_are_spoken()
    {
        await using var broker = await SecureBroker.StartAsync(options => options with
        {
            Tls = options.Tls! with
            {
                Protocols = SslProtocols.Tls12,
                CipherSuites = [System.Net.Security.TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384],
            },
        });
        using var client = await broker.ConnectAsync(ListenerProtocol.Ssl);
        Assert.Equal(SslProtocols.Tls12, client.TlsVersion);
        await Assert.ThrowsAnyAsync<Exception>(() => broker.ConnectAsync(ListenerProtocol.Ssl, versions: SslProtocols.Tls13));
        await Eventually.Holds(() => broker.Logs.Of(1307).Count == 1);
        Assert.Contains("127.0.0.1:", broker.Logs.Of(1307)[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_large_response_and_a_large_request_pass_whole()
    {
        await using var broker = await SecureBroker.StartAsync();
        using var client = await broker.ConnectAsync(ListenerProtocol.Ssl);
        var names = Enumerable.Range(0, 3000).Select(i => new MetadataRequest.MetadataRequestTopic { Name = $"{i:D5}-{new string('x', 230)}" }).ToList();
        var metadata = await client.AskAsync<MetadataRequest, MetadataResponse>(9, new() { Topics = names, AllowAutoTopicCreation = false });
        Assert.Equal(names.Select(n => n.Name), metadata.Topics.Select(t => t.Name));
    }

    [Fact]
    public async Task Nothing_is_said_in_the_clear_on_an_encrypted_port()
    {
        await using var broker = await SecureBroker.StartAsync();
        using var plain = await RawClient.ConnectAsync(broker.PortOf(ListenerProtocol.Ssl));
        await plain.SendBytesAsync([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 7, 0xFF, 0xFF]);
        Assert.Null(await plain.ReceiveBytesAsync());
        await Eventually.Holds(() => broker.Logs.Of(1307).Count == 1);
    }

    [Fact]
    public async Task TLS_on_a_plain_port_is_named_in_the_log()
    {
        await using var broker = await SecureBroker.StartAsync();
        using var client = await RawClient.ConnectAsync(broker.PortOf(ListenerProtocol.Plaintext));
        await client.SendBytesAsync([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01]);
        Assert.Null(await client.ReceiveBytesAsync());
        await Eventually.Holds(() => broker.Logs.Of(1102).Count == 1);
        Assert.Contains("TLS", broker.Logs.Of(1102)[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_is_its_certificates_name_as_Kafka_writes_it()
    {
        await using var broker = await SecureBroker.StartAsync(options => options with
        {
            Authorization = new AuthorizationOptions { SuperUsers = ["User:CN=alice,OU=Radiology,O=Hospital,C=CH"] },
        });
        using var alice = broker.Authority.Client("CN=alice, OU=Radiology, O=Hospital, C=CH");
        using var mallory = broker.Authority.Client("CN=mallory, O=Hospital, C=CH");
        Assert.Equal(ErrorCode.None, await DescribeAsync(broker, alice));
        Assert.Equal(ErrorCode.ClusterAuthorizationFailed, await DescribeAsync(broker, mallory));
        Assert.Equal(ErrorCode.ClusterAuthorizationFailed, await DescribeAsync(broker, null));
    }

    [Fact]
    public async Task Rules_shorten_certificates_names_and_refuse_what_they_do_not_match()
    {
        await using var broker = await SecureBroker.StartAsync(options => options with
        {
            Authorization = new AuthorizationOptions { SuperUsers = ["User:alice"] },
            Tls = options.Tls! with { PrincipalMappingRules = "RULE:^CN=(.*?),O=Hospital$/$1/L" },
        });
        using var alice = broker.Authority.Client("CN=Alice, O=Hospital");
        using var stranger = broker.Authority.Client("CN=Alice, O=Elsewhere");
        Assert.Equal(ErrorCode.None, await DescribeAsync(broker, alice));
        await Assert.ThrowsAnyAsync<Exception>(() => DescribeAsync(broker, stranger));
    }

    [Fact]
    public async Task A_required_certificate_has_to_be_there_and_to_be_trusted()
    {
        await using var broker = await SecureBroker.StartAsync(options => options with
        {
            Tls = options.Tls! with { ClientAuth = ClientCertificateMode.Required },
        });
        using var trusted = broker.Authority.Client("CN=alice");
        using var elsewhere = TestCertificates.Create("another authority");
        using var untrusted = elsewhere.Client("CN=alice");
        using var notForClients = broker.Authority.Server("alice");
        Assert.Equal(ErrorCode.SecurityDisabled, await DescribeAsync(broker, trusted));
        foreach (var certificate in new[] { null, untrusted, notForClients })
            await Assert.ThrowsAnyAsync<Exception>(() => DescribeAsync(broker, certificate));
    }

    [Fact]
    public async Task A_requested_certificate_may_be_missing_but_not_untrusted()
    {
        await using var broker = await SecureBroker.StartAsync();
        using var elsewhere = TestCertificates.Create("another authority");
        using var untrusted = elsewhere.Client("CN=alice");
        Assert.Equal(ErrorCode.SecurityDisabled, await DescribeAsync(broker, null));
        await Assert.ThrowsAnyAsync<Exception>(() => DescribeAsync(broker, untrusted));
    }

    [Fact]
    public async Task What_is_trusted_need_not_be_a_root()
    {
        using var root = TestCertificates.Create("root");
        using var middle = TestCertificates.Create("middle", root);
        await using var broker = await SecureBroker.StartAsync(options => options with
        {
            Tls = options.Tls! with { TrustStore = new TlsStore { Pem = middle.AuthorityPem }, ClientAuth = ClientCertificateMode.Required },
        });
        using var alice = middle.Client("CN=alice");
        using var stranger = root.Client("CN=alice");
        Assert.Equal(ErrorCode.SecurityDisabled, await DescribeAsync(broker, alice));
        await Assert.ThrowsAnyAsync<Exception>(() => DescribeAsync(broker, stranger));
    }

    [Fact]
    public async Task Changed_certificates_are_taken_over_and_damaged_ones_are_not()
    {
        var time = new ManualTime();
        await using var broker = await SecureBroker.StartAsync(clock: time);
        using var before = await broker.ConnectAsync(ListenerProtocol.Ssl);

        await File.WriteAllTextAsync(broker.KeyStorePath, "-----BEGIN NONSENSE-----", Stop);
        await WaitAsync(time, () => broker.Logs.Of(1302).Count == 1);
        using (var client = await broker.ConnectAsync(ListenerProtocol.Ssl))
            Assert.Equal(before.BrokerCertificate.Thumbprint, client.BrokerCertificate.Thumbprint);

        using var renewed = broker.Authority.Server("renewed");
        await File.WriteAllTextAsync(broker.KeyStorePath, TestCertificates.Pem(renewed), Stop);
        await WaitAsync(time, () => broker.Logs.Of(1300).Count == 2);
        using (var client = await broker.ConnectAsync(ListenerProtocol.Ssl))
            Assert.Equal(renewed.Thumbprint, client.BrokerCertificate.Thumbprint);
        Assert.Single((await before.AskAsync<MetadataRequest, MetadataResponse>(9, new())).Brokers);
        Assert.Single(broker.Logs.Of(1302));
    }

    [Fact]
    public async Task A_handshake_that_does_not_go_on_is_ended()
    {
        var time = new ManualTime();
        await using var broker = await SecureBroker.StartAsync(clock: time);
        using var silent = await RawClient.ConnectAsync(broker.PortOf(ListenerProtocol.Ssl));
        await silent.SendBytesAsync([0x16, 0x03, 0x01]);
        var closed = silent.ReceiveBytesAsync();
        await WaitAsync(time, () => closed.IsCompleted);
        Assert.Null(await closed);
        Assert.Contains("in time", broker.Logs.Of(1102).Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_stores_of_all_kinds_are_read()
    {
        using var authority = TestCertificates.Create("authority");
        using var middle = TestCertificates.Create("middle", authority);
        using var certificate = middle.Server("broker");
        var folder = Directory.CreateTempSubdirectory("medstreams-stores-").FullName;
        try
        {
            var pkcs12 = Path.Combine(folder, "broker.p12");
            await File.WriteAllBytesAsync(
                pkcs12,
                new X509Certificate2Collection { certificate, X509CertificateLoader.LoadCertificate(middle.Authority.RawData) }.Export(X509ContentType.Pkcs12, "secret")!,
                Stop);
            var trust = Path.Combine(folder, "trust.p12");
            await File.WriteAllBytesAsync(
                trust, new X509Certificate2Collection { X509CertificateLoader.LoadCertificate(authority.Authority.RawData) }.Export(X509ContentType.Pkcs12, "trust")!, Stop);
            var pem = Path.Combine(folder, "broker.pem");
            await File.WriteAllTextAsync(pem, TestCertificates.EncryptedPem(certificate, "secret"), Stop);
            TlsStore[] stores =
            [
                new() { Location = pkcs12, Password = "secret" },
                new() { Location = pem, Type = TlsStoreType.Pem, Password = "secret" },
                new() { Pem = TestCertificates.Pem(certificate, middle.Authority) },
            ];
            foreach (var store in stores)
            {
                await using var broker = await SecureBroker.StartAsync(options => options with
                {
                    Tls = new TlsOptions { KeyStore = store, TrustStore = new TlsStore { Location = trust, Password = "trust" } },
                });
                Assert.Contains(broker.Logs.Of(1300), line => line.Contains("CN=broker", StringComparison.Ordinal));
                Assert.DoesNotContain(broker.Logs.Lines, line => line.Text.Contains("secret", StringComparison.Ordinal));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Key_stores_that_cannot_be_used_are_refused_with_a_reason_and_without_secrets()
    {
        using var authority = TestCertificates.Create("authority");
        using var certificate = authority.Server();
        var folder = Directory.CreateTempSubdirectory("medstreams-stores-").FullName;
        try
        {
            var pkcs12 = Path.Combine(folder, "broker.p12");
            await File.WriteAllBytesAsync(pkcs12, certificate.Export(X509ContentType.Pkcs12, "secret"), Stop);
            (TlsStore Store, string Reason)[] wrong =
            [
                (new() { Location = pkcs12, Password = "wrong secret" }, "password"),
                (new() { Location = pkcs12 + ".gone" }, "cannot be read"),
                (new() { Pem = authority.AuthorityPem }, "no private key"),
                (new() { Pem = "nothing" }, "no certificate"),
                (new() { Pem = TestCertificates.EncryptedPem(certificate, "secret") }, "PEM text"),
                (new() { Location = pkcs12, Type = TlsStoreType.Pem }, "no certificate"),
            ];
            foreach (var (store, reason) in wrong)
            {
                var refusal = await Assert.ThrowsAsync<BrokerException>(() => SecureBroker.StartAsync(options => options with
                {
                    Tls = options.Tls! with { KeyStore = store },
                }));
                Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
                Assert.DoesNotContain("secret", refusal.ToString(), StringComparison.Ordinal);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task The_configuration_shows_where_keys_are_and_no_secret()
    {
        using var authority = TestCertificates.Create("authority");
        using var certificate = authority.Server();
        await using var broker = await SecureBroker.StartAsync(options => options with
        {
            Tls = options.Tls! with { KeyStore = new TlsStore { Pem = TestCertificates.EncryptedPem(certificate, "secret"), Password = "secret" } },
        });
        using var client = await broker.ConnectAsync(ListenerProtocol.Plaintext);
        var configs = (await client.AskAsync<DescribeConfigsRequest, DescribeConfigsResponse>(
            4, new() { Resources = [new() { ResourceType = 4, ResourceName = "1", ConfigurationKeys = null }], IncludeSynonyms = true })).Results[0].Configs;
        Assert.Equal("PEM", configs.Single(c => c.Name == "ssl.keystore.type").Value);
        Assert.Equal("requested", configs.Single(c => c.Name == "ssl.client.auth").Value);
        Assert.Contains("SASL_SSL:SASL_SSL", configs.Single(c => c.Name == "listener.security.protocol.map").Value, StringComparison.Ordinal);
        Assert.All(configs.Where(c => c.IsSensitive), c => Assert.Null(c.Value));
        Assert.Contains(configs, c => c is { Name: "ssl.keystore.key", IsSensitive: true, ConfigType: 9 });
        Assert.DoesNotContain(configs, c => $"{c.Value}{string.Join("", c.Synonyms.Select(s => s.Value))}".Contains("secret", StringComparison.Ordinal));
    }

    /// <summary>What DescribeAcls answers tells who the client is: it needs leave for the cluster.</summary>
    private static async Task<ErrorCode> DescribeAsync(SecureBroker broker, X509Certificate2? certificate)
    {
        using var client = await broker.ConnectAsync(ListenerProtocol.Ssl, certificate);
        var request = new DescribeAclsRequest { ResourceTypeFilter = 1, PatternTypeFilter = 1, Operation = 1, PermissionType = 1, ResourceNameFilter = null, PrincipalFilter = null, HostFilter = null };
        return (await client.AskAsync<DescribeAclsRequest, DescribeAclsResponse>(3, request)).ErrorCode;
    }

    private static Task WaitAsync(ManualTime time, Func<bool> condition) => Eventually.Holds(() =>
    {
        time.Advance(TimeSpan.FromMilliseconds(500));
        return condition();
    });
}
