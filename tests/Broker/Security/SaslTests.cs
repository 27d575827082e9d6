using MedStreams.Broker.Protocol;
using MedStreams.Support;

namespace MedStreams.Broker.Tests.Security;

public sealed class SaslTests
{
    private const string User = "alice";

    [Theory]
    [InlineData(ListenerProtocol.SaslPlaintext, SaslMechanism.ScramSha256, 0)]
    [InlineData(ListenerProtocol.SaslPlaintext, SaslMechanism.ScramSha512, 1)]
    [InlineData(ListenerProtocol.SaslSsl, SaslMechanism.ScramSha256, 2)]
    [InlineData(ListenerProtocol.SaslSsl, SaslMechanism.ScramSha512, 2)]
    public async Task Scram_lets_the_right_password_in_and_no_other(ListenerProtocol listener, SaslMechanism mechanism, short version)
    {
        await using var broker = await StartAsync();
        using (var client = await broker.ConnectAsync(listener))
        {
            var last = await SaslClient.ScramAsync(client, mechanism, User, SecureBroker.Password, version);
            Assert.Equal(ErrorCode.None, last.ErrorCode);
            Assert.Single((await client.AskAsync<MetadataRequest, MetadataResponse>(9, new())).Brokers);
        }

        foreach (var (name, password) in new[] { (User, "wrong"), ("nobody", SecureBroker.Password), (User, "") })
        {
            using var client = await broker.ConnectAsync(listener);
            var last = await SaslClient.ScramAsync(client, mechanism, name, password, version);
            Assert.Equal(ErrorCode.SaslAuthenticationFailed, last.ErrorCode);
            Assert.Equal($"Authentication by {mechanism.RegisteredName()} failed.", last.ErrorMessage);
            Assert.Null(await client.ReceiveBytesAsync());
        }
    }

    [Theory]
    [InlineData(ListenerProtocol.SaslPlaintext)]
    [InlineData(ListenerProtocol.SaslSsl)]
    public async Task Plain_lets_the_right_password_in_and_no_other(ListenerProtocol listener)
    {
        await using var broker = await StartAsync();
        using (var client = await broker.ConnectAsync(User, listener))
            Assert.Single((await client.AskAsync<MetadataRequest, MetadataResponse>(9, new())).Brokers);
        byte[][] wrong =
        [
            SaslClient.Plain(User, "wrong"), SaslClient.Plain("nobody", SecureBroker.Password), SaslClient.Plain(User, ""),
            SaslClient.Plain("", SecureBroker.Password), SaslClient.Plain(User, SecureBroker.Password, actAs: "admin"),
            [.. SaslClient.Plain(User, SecureBroker.Password), 0], [], "alice"u8.ToArray(), [0xFF, 0x00, 0xFE, 0x00],
        ];
        foreach (var message in wrong)
        {
            using var client = await broker.ConnectAsync(listener);
            await SaslClient.HandshakeAsync(client, "PLAIN");
            Assert.Equal(ErrorCode.SaslAuthenticationFailed, (await SaslClient.SendAsync(client, message)).ErrorCode);
            Assert.Null(await client.ReceiveBytesAsync());
        }

        await Eventually.Holds(() => broker.Logs.Of(1308).Count == wrong.Length);
        Assert.All(broker.Logs.Of(1308), line => Assert.Contains("127.0.0.1:", line, StringComparison.Ordinal));
        Assert.DoesNotContain(broker.Logs.Lines, line => line.Text.Contains(SecureBroker.Password, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Bare_messages_follow_the_first_version_of_the_handshake()
    {
        await using var broker = await StartAsync();
        using (var client = await broker.ConnectAsync(ListenerProtocol.SaslPlaintext))
        {
            Assert.Equal(ErrorCode.None, (await SaslClient.HandshakeAsync(client, "PLAIN", version: 0)).ErrorCode);
            Assert.Empty((await SaslClient.SendBareAsync(client, SaslClient.Plain(User, SecureBroker.Password)))!);
            Assert.Single((await client.AskAsync<MetadataRequest, MetadataResponse>(9, new())).Brokers);
        }

        using (var client = await broker.ConnectAsync(ListenerProtocol.SaslPlaintext))
        {
            var scram = new ScramClient(SaslMechanism.ScramSha256, User, SecureBroker.Password);
            await SaslClient.HandshakeAsync(client, "SCRAM-SHA-256", version: 0);
            var first = await SaslClient.SendBareAsync(client, scram.First());
            scram.Final(first!);
            scram.CheckServer((await SaslClient.SendBareAsync(client, scram.Final(first!)))!);
            Assert.Single((await client.AskAsync<MetadataRequest, MetadataResponse>(9, new())).Brokers);
        }

        using var wrong = await broker.ConnectAsync(ListenerProtocol.SaslPlaintext);
        await SaslClient.HandshakeAsync(wrong, "PLAIN", version: 0);
        Assert.Null(await SaslClient.SendBareAsync(wrong, SaslClient.Plain(User, "wrong")));
    }

    [Fact]
    public async Task Versions_may_be_asked_before_and_nothing_else()
    {
        await using var broker = await StartAsync();
        using (var client = await broker.ConnectAsync(ListenerProtocol.SaslPlaintext))
        {
            await client.SendBytesAsync([0, 0, 0, 10, 0, 18, 0, 99, 0, 0, 0, 7, 0xFF, 0xFF]);
            Assert.Equal(ErrorCode.UnsupportedVersion, (await client.ReceiveAsync<ApiVersionsResponse>(0)).Response.ErrorCode);
            var versions = await client.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(
                3, new() { ClientSoftwareName = "t", ClientSoftwareVersion = "1" });
            Assert.Contains(versions.ApiKeys, key => key is { ApiKey: 17, MinVersion: 0, MaxVersion: 1 });
            Assert.Contains(versions.ApiKeys, key => key is { ApiKey: 36, MinVersion: 0, MaxVersion: 2 });
            await SaslClient.AuthenticatePlainAsync(client, User, SecureBroker.Password);
            Assert.Single((await client.AskAsync<MetadataRequest, MetadataResponse>(9, new())).Brokers);
        }

        using (var client = await broker.ConnectAsync(ListenerProtocol.SaslPlaintext))
        {
            await client.SendAsync(9, new MetadataRequest());
            Assert.Null(await client.ReceiveBytesAsync());
        }

        using (var client = await broker.ConnectAsync(ListenerProtocol.SaslPlaintext))
        {
            Assert.Equal(ErrorCode.IllegalSaslState, (await SaslClient.SendAsync(client, SaslClient.Plain(User, SecureBroker.Password))).ErrorCode);
            Assert.Null(await client.ReceiveBytesAsync());
        }

        using (var client = await broker.ConnectAsync(ListenerProtocol.SaslPlaintext))
        {
            await SaslClient.HandshakeAsync(client, "PLAIN");
            Assert.Equal(ErrorCode.IllegalSaslState, (await SaslClient.HandshakeAsync(client, "PLAIN")).ErrorCode);
            Assert.Null(await client.ReceiveBytesAsync());
        }

        using (var client = await broker.ConnectAsync(ListenerProtocol.SaslPlaintext))
        {
            // Before authentication requests are short.
            await client.SendBytesAsync([0, 0x10, 0, 0]);
            Assert.Null(await client.ReceiveBytesAsync());
        }
    }

    [Fact]
    public async Task A_mechanism_that_is_not_enabled_is_refused_and_the_enabled_ones_are_named()
    {
        await using var broker = await StartAsync(options => options with { Sasl = options.Sasl with { Mechanisms = [SaslMechanism.ScramSha512] } });
        foreach (var mechanism in new[] { "PLAIN", "SCRAM-SHA-256", "GSSAPI", "scram-sha-512", "" })
        {
            using var client = await broker.ConnectAsync(ListenerProtocol.SaslPlaintext);
            var answer = await SaslClient.HandshakeAsync(client, mechanism);
            Assert.Equal(ErrorCode.UnsupportedSaslMechanism, answer.ErrorCode);
            Assert.Equal(["SCRAM-SHA-512"], answer.Mechanisms);
            Assert.Null(await client.ReceiveBytesAsync());
        }
    }

    [Theory]
    [InlineData(ListenerProtocol.Plaintext)]
    [InlineData(ListenerProtocol.SaslPlaintext)]
    public async Task Who_needs_no_authentication_is_told_so(ListenerProtocol listener)
    {
        await using var broker = await StartAsync();
        using var client = listener == ListenerProtocol.Plaintext ? await broker.ConnectAsync(listener) : await broker.ConnectAsync(User);
        var handshake = await SaslClient.HandshakeAsync(client, "PLAIN");
        Assert.Equal(ErrorCode.IllegalSaslState, handshake.ErrorCode);
        Assert.Empty(handshake.Mechanisms);
        Assert.Equal(ErrorCode.IllegalSaslState, (await SaslClient.SendAsync(client, [])).ErrorCode);
        Assert.Single((await client.AskAsync<MetadataRequest, MetadataResponse>(9, new())).Brokers);
    }

    [Fact]
    public async Task A_failed_client_waits_for_its_answer()
    {
        var time = new ManualTime();
        await using var broker = await StartAsync(
            options => options with { Sasl = options.Sasl with { FailedAuthenticationDelay = TimeSpan.FromSeconds(3) } }, time);
        using var client = await broker.ConnectAsync(ListenerProtocol.SaslPlaintext);
        await SaslClient.HandshakeAsync(client, "PLAIN");
        var began = time.GetUtcNow();
        var answer = SaslClient.SendAsync(client, SaslClient.Plain(User, "wrong"));
        await Eventually.Holds(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            return answer.IsCompleted;
        });
        Assert.Equal(ErrorCode.SaslAuthenticationFailed, (await answer).ErrorCode);
        Assert.InRange(time.GetUtcNow() - began, TimeSpan.FromSeconds(3), TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task A_client_that_does_not_authenticate_is_ended()
    {
        var time = new ManualTime();
        await using var broker = await StartAsync(clock: time);
        using var client = await broker.ConnectAsync(ListenerProtocol.SaslPlaintext);
        await SaslClient.HandshakeAsync(client, "PLAIN");
        var closed = client.ReceiveBytesAsync();
        await Eventually.Holds(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return closed.IsCompleted;
        });
        Assert.Null(await closed);
    }

    [Fact]
    public async Task A_session_ends_unless_it_is_renewed()
    {
        var time = new ManualTime();
        await using var broker = await StartAsync(WithSessions, time);
        using var renewing = await broker.ConnectAsync(ListenerProtocol.SaslPlaintext);
        using var careless = await broker.ConnectAsync(ListenerProtocol.SaslPlaintext);
        Assert.Equal(60_000, (await SaslClient.AuthenticatePlainAsync(renewing, User, SecureBroker.Password, version: 1)).SessionLifetimeMs);
        Assert.Equal(0, (await SaslClient.AuthenticatePlainAsync(careless, User, SecureBroker.Password, version: 0)).SessionLifetimeMs);
        for (var round = 0; round < 3; round++)
        {
            time.Advance(TimeSpan.FromSeconds(50));
            Assert.Single((await renewing.AskAsync<MetadataRequest, MetadataResponse>(9, new())).Brokers);
            Assert.Equal(60_000, (await SaslClient.AuthenticatePlainAsync(renewing, User, SecureBroker.Password)).SessionLifetimeMs);
            Assert.Single((await renewing.AskAsync<MetadataRequest, MetadataResponse>(9, new())).Brokers);
        }

        await careless.SendAsync(9, new MetadataRequest());
        Assert.Null(await careless.ReceiveBytesAsync());

        // A renewal that comes late still saves the session, as in Kafka.
        time.Advance(TimeSpan.FromSeconds(61));
        await SaslClient.AuthenticatePlainAsync(renewing, User, SecureBroker.Password);
        Assert.Single((await renewing.AskAsync<MetadataRequest, MetadataResponse>(9, new())).Brokers);
    }

    [Fact]
    public async Task A_session_is_renewed_by_the_same_client_by_the_same_mechanism_and_not_each_moment()
    {
        var time = new ManualTime();
        await using var broker = await StartAsync(WithSessions, time);
        await broker.AddUserAsync("bob");
        using (var client = await broker.ConnectAsync(User))
        {
            Assert.Equal(ErrorCode.IllegalSaslState, (await SaslClient.HandshakeAsync(client, "PLAIN")).ErrorCode);
            time.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal(ErrorCode.None, (await SaslClient.HandshakeAsync(client, "PLAIN")).ErrorCode);
            var answer = SaslClient.SendAsync(client, SaslClient.Plain("bob", SecureBroker.Password));
            await PassAsync(time, answer);
            Assert.Equal(ErrorCode.SaslAuthenticationFailed, (await answer).ErrorCode);
            Assert.Null(await client.ReceiveBytesAsync());
        }

        using (var client = await broker.ConnectAsync(User))
        {
            time.Advance(TimeSpan.FromSeconds(2));
            var answer = SaslClient.ScramAsync(client, SaslMechanism.ScramSha256, User, SecureBroker.Password);
            await PassAsync(time, answer);
            Assert.Equal(ErrorCode.SaslAuthenticationFailed, (await answer).ErrorCode);
        }

        using (var client = await broker.ConnectAsync(User))
        {
            time.Advance(TimeSpan.FromSeconds(2));
            await SaslClient.HandshakeAsync(client, "PLAIN");
            await client.SendAsync(9, new MetadataRequest());
            var closed = client.ReceiveBytesAsync();
            await PassAsync(time, closed);
            Assert.Null(await closed);
        }
    }

    private static BrokerOptions WithSessions(BrokerOptions options) =>
        options with
        {
            AuthenticationTimeout = TimeSpan.FromHours(1),
            Sasl = options.Sasl with { MaxReauthentication = TimeSpan.FromMinutes(1) },
        };

    private static Task PassAsync(ManualTime time, Task until) => Eventually.Holds(() =>
    {
        time.Advance(TimeSpan.FromMilliseconds(1));
        return until.IsCompleted;
    });

    private static async Task<SecureBroker> StartAsync(Func<BrokerOptions, BrokerOptions>? configure = null, TimeProvider? clock = null)
    {
        var broker = await SecureBroker.StartAsync(configure, clock);
        await broker.AddUserAsync(User);
        return broker;
    }
}
