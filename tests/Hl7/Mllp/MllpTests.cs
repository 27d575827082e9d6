using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MedStreams.Hl7.Mllp;
using MedStreams.Support;

namespace MedStreams.Hl7.Tests.Mllp;

public sealed class MllpTests
{
    private static readonly MllpServerOptions Free = new() { EndPoint = new(IPAddress.Loopback, 0) };

    [Fact]
    public async Task Messages_are_answered_one_after_the_other()
    {
        var receiver = Receiver.Acknowledging();
        await using var server = MllpServer.Start(Free, receiver);
        await using var client = Client(server);

        for (var i = 1; i <= 20; i++)
        {
            var answer = await client.SendAsync(Message($"{i}"), Token);
            Assert.True(answer.IsAccepted);
            Assert.Equal($"{i}", answer.Application!.Get("MSA-2"));
        }

        Assert.Equal(20, receiver.Messages.Count);
    }

    [Fact]
    public async Task Enhanced_mode_gives_a_commit_and_later_an_application_acknowledgement()
    {
        var receiver = new Receiver(text => Task.FromResult(Receiver.Answer(text, AcknowledgementCode.CA, AcknowledgementCode.AA)));
        await using var server = MllpServer.Start(Free, receiver);
        await using var client = Client(server);

        var answer = await client.SendAsync(Message("1", "AL", "AL"), Token);

        Assert.Equal("CA", answer.Code);
        Assert.Equal("AA", (await client.ApplicationAnswerAsync("1", Token)).Get("MSA-1"));
    }

    [Fact]
    public async Task Answers_keep_the_order_of_the_messages_when_a_sender_does_not_wait()
    {
        var first = new TaskCompletionSource<IReadOnlyList<ReadOnlyMemory<byte>>>();
        var receiver = new Receiver(text => text.Contains("|1|P", StringComparison.Ordinal)
            ? first.Task
            : Task.FromResult(Receiver.Answer(text, AcknowledgementCode.AA)));
        await using var server = MllpServer.Start(Free, receiver);
        using var socket = await ConnectAsync(server);

        await socket.SendAsync(Frame("1").Concat(Frame("2")).ToArray(), Token);
        await Eventually.Holds(() => receiver.Messages.Count == 2);
        first.SetResult(Receiver.Answer(Message("1").Text, AcknowledgementCode.AA));
        var answers = await ReadAsync(socket, 2);

        Assert.True(answers.IndexOf("MSA|AA|1", StringComparison.Ordinal) < answers.IndexOf("MSA|AA|2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_sender_is_read_no_further_than_work_keeps_up()
    {
        var never = new TaskCompletionSource<IReadOnlyList<ReadOnlyMemory<byte>>>();
        var receiver = new Receiver(_ => never.Task);
        await using var server = MllpServer.Start(Free with { MaxInFlight = 2 }, receiver);
        using var socket = await ConnectAsync(server);

        await socket.SendAsync(Enumerable.Range(1, 50).SelectMany(i => Frame($"{i}")).ToArray(), Token);
        await Eventually.Holds(() => receiver.Messages.Count >= 3);

        Assert.InRange(receiver.Messages.Count, 3, 4);
    }

    [Fact]
    public async Task An_answer_that_comes_too_late_is_not_taken_for_the_next_one()
    {
        var late = new TaskCompletionSource<IReadOnlyList<ReadOnlyMemory<byte>>>();
        var receiver = new Receiver(text => text.Contains("|1|P", StringComparison.Ordinal)
            ? late.Task
            : Task.FromResult(Receiver.Answer(text, AcknowledgementCode.AA)));
        await using var server = MllpServer.Start(Free, receiver);
        var time = new ManualTime();
        await using var client = Client(server, time);

        var sent = client.SendAsync(Message("1"), Token);
        await Eventually.Holds(() => receiver.Messages.Count == 1);
        time.Advance(TimeSpan.FromSeconds(31));

        await Assert.ThrowsAsync<TimeoutException>(() => sent);
        Assert.False(client.IsConnected);
        late.SetResult(Receiver.Answer(Message("1").Text, AcknowledgementCode.AA));
        Assert.Equal("2", (await client.SendAsync(Message("2"), Token)).Application!.Get("MSA-2"));
    }

    [Fact]
    public async Task An_answer_to_another_message_is_passed_over()
    {
        var receiver = new Receiver(text => Task.FromResult<IReadOnlyList<ReadOnlyMemory<byte>>>(
            [.. Receiver.Answer(Message("0").Text, AcknowledgementCode.AE), .. Receiver.Answer(text, AcknowledgementCode.AA)]));
        await using var server = MllpServer.Start(Free, receiver);
        await using var client = Client(server);

        Assert.Equal("AA", (await client.SendAsync(Message("1"), Token)).Code);
        Assert.Equal(1, client.Unmatched);
    }

    [Fact]
    public async Task What_is_no_frame_is_told_and_the_next_frame_is_read()
    {
        var receiver = Receiver.Acknowledging();
        await using var server = MllpServer.Start(Free, receiver);
        using var socket = await ConnectAsync(server);

        await socket.SendAsync("noise\u000Bcut"u8.ToArray().Concat(Frame("1")).ToArray(), Token);
        await ReadAsync(socket, 1);

        Assert.Equal([(MllpPartKind.Stray, "noise"), (MllpPartKind.CutOff, "cut")], receiver.Broken);
        Assert.Single(receiver.Messages);
    }

    [Fact]
    public async Task A_message_beyond_the_limit_ends_its_connection_only()
    {
        var receiver = Receiver.Acknowledging();
        await using var server = MllpServer.Start(Free with { MaxMessageLength = 10_000 }, receiver);
        using var socket = await ConnectAsync(server);
        await using var client = Client(server);
        await client.SendAsync(Message("1"), Token);

        await socket.SendAsync(Encoding.ASCII.GetBytes("\u000B" + new string('x', 20_000)), Token);

        Assert.Equal(0, await socket.ReceiveAsync(new byte[1], Token));
        Assert.True((await client.SendAsync(Message("2"), Token)).IsAccepted);
        await Eventually.Holds(() => receiver.Events.Any(e => e.Fault is InvalidDataException));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\u000BMSH")]
    public async Task A_connection_that_says_nothing_or_stops_in_a_frame_is_closed(string begin)
    {
        var time = new ManualTime();
        var receiver = Receiver.Acknowledging();
        await using var server = MllpServer.Start(
            Free with { TimeProvider = time, IdleTimeout = TimeSpan.FromMinutes(5), ReceiveTimeout = TimeSpan.FromMinutes(4) }, receiver);
        using var socket = await ConnectAsync(server);
        await Eventually.Holds(() => server.Connections == 1);
        if (begin.Length > 0)
            await socket.SendAsync(Encoding.ASCII.GetBytes(begin), Token);

        var end = socket.ReceiveAsync(new byte[1], Token);
        await Eventually.Holds(() =>
        {
            time.Advance(TimeSpan.FromMinutes(1));
            return end.IsCompleted;
        });

        Assert.Equal(0, await end);
        await Eventually.Holds(() => receiver.Events.Any(e => e.Fault is TimeoutException));
    }

    [Fact]
    public async Task One_connection_too_many_is_closed()
    {
        var receiver = Receiver.Acknowledging();
        await using var server = MllpServer.Start(Free with { MaxConnections = 1 }, receiver);
        await using var client = Client(server);
        await client.SendAsync(Message("1"), Token);

        using var socket = await ConnectAsync(server);

        Assert.Equal(0, await socket.ReceiveAsync(new byte[1], Token));
        Assert.True((await client.SendAsync(Message("2"), Token)).IsAccepted);
    }

    [Fact]
    public async Task A_handler_that_fails_closes_the_connection_without_an_answer()
    {
        var receiver = new Receiver(_ => throw new InvalidOperationException("broken"));
        await using var server = MllpServer.Start(Free, receiver);
        await using var client = Client(server);

        await Assert.ThrowsAsync<IOException>(() => client.SendAsync(Message("1"), Token));
        await Eventually.Holds(() => receiver.Events.Any(e => e.Fault is InvalidOperationException));
    }

    [Fact]
    public async Task TLS_secures_and_names_the_client()
    {
        using var own = Certificate("localhost");
        using var clients = Certificate("sender-1");
        var receiver = Receiver.Acknowledging();
        await using var server = MllpServer.Start(
            Free with
            {
                Tls = new()
                {
                    ServerCertificate = own,
                    ClientCertificateRequired = true,
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                    RemoteCertificateValidationCallback = (_, c, _, _) => c?.GetCertHashString() == clients.GetCertHashString(),
                },
            },
            receiver);
        await using var client = Client(server, tls: new()
        {
            TargetHost = "localhost",
            ClientCertificates = [clients],
            RemoteCertificateValidationCallback = (_, c, _, _) => c?.GetCertHashString() == own.GetCertHashString(),
        });

        Assert.True((await client.SendAsync(Message("1"), Token)).IsAccepted);
        Assert.Equal("CN=sender-1", receiver.Events.First().Peer.Certificate);

        await using var plain = Client(server);
        await Assert.ThrowsAsync<IOException>(() => plain.SendAsync(Message("2"), Token));
        Assert.Single(receiver.Messages);
    }

    [Fact]
    public async Task Stopping_ends_open_connections_at_once()
    {
        var server = MllpServer.Start(Free, Receiver.Acknowledging());
        using var socket = await ConnectAsync(server);
        await Eventually.Holds(() => server.Connections == 1);

        await server.DisposeAsync();

        Assert.Equal(0, await socket.ReceiveAsync(new byte[1], Token));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Hl7Message Message(string controlId, string? commit = null, string? application = null) => Hl7Message.Parse(
        $"MSH|^~\\&|HIS|A|MS|B|20240101||ADT^A01|{controlId}|P|2.5|||{commit}|{application}\rPID|1||7\r");

    private static byte[] Frame(string controlId) => MllpDecoder.Frame(Message(controlId).ToBytes().Span);

    private static MllpClient Client(MllpServer server, TimeProvider? time = null, SslClientAuthenticationOptions? tls = null) => new(
        new() { Host = "127.0.0.1", Port = server.EndPoint.Port, TimeProvider = time ?? TimeProvider.System, Tls = tls });

    private static async Task<Socket> ConnectAsync(MllpServer server)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.EndPoint, Token);
        return socket;
    }

    private static async Task<string> ReadAsync(Socket socket, int frames)
    {
        var text = string.Empty;
        var buffer = new byte[65536];
        while (text.Count(c => c == '\u001C') < frames)
        {
            var count = await socket.ReceiveAsync(buffer, Token);
            Assert.NotEqual(0, count);
            text += Encoding.UTF8.GetString(buffer, 0, count);
        }

        return text;
    }

    private static X509Certificate2 Certificate(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var from = TimeProvider.System.GetUtcNow().AddDays(-1);
        using var made = request.CreateSelfSigned(from, from.AddDays(30));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}
