using System.Net;
using System.Net.Sockets;
using System.Text;
using Confluent.Kafka;
using MedStreams.Broker;
using MedStreams.Hl7;
using MedStreams.Hl7.Mllp;
using MedStreams.Sources.Mllp;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Sources.Tests.Mllp;

public sealed class MllpSourceTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("medstreams-mllp-");
    private EmbeddedBroker _broker = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = Broker(0);
        await _broker.StartAsync(Token);
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = $"127.0.0.1:{_broker.Port}" }).Build();
        await admin.CreateTopicsAsync([new() { Name = "hl7.inbound" }, new() { Name = "hl7.inbound.dead-letter" }]);
    }

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task An_acknowledged_message_is_in_the_topic_with_what_is_known_of_it()
    {
        await using var source = await StartAsync();
        await using var client = Client(source);

        var answer = await client.SendAsync(Message("1"), Token);

        Assert.Equal("AA", answer.Code);
        var record = Assert.Single(Records("hl7.inbound"));
        Assert.Equal(Message("1").ToBytes().ToArray(), record.Message.Value);
        Assert.Equal("HIS|CAMPUS", Encoding.UTF8.GetString(record.Message.Key!));
        Assert.Equal("ADT^A01", Header(record, MllpHeaders.MessageType));
        Assert.Equal("1", Header(record, MllpHeaders.ControlId));
        Assert.Equal("2.5.1", Header(record, MllpHeaders.Version));
        Assert.Equal("utf-8", Header(record, MllpHeaders.CharacterSet));
        Assert.StartsWith("127.0.0.1:", Header(record, MllpHeaders.Remote), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repetition_is_acknowledged_and_not_written_again_also_after_a_restart()
    {
        await using (var source = await StartAsync())
        {
            await using var client = Client(source);
            await using var another = Client(source);
            await client.SendAsync(Message("1"), Token);
            Assert.Equal("AA", (await client.SendAsync(Message("1"), Token)).Code);
            Assert.Equal("AA", (await another.SendAsync(Message("1"), Token)).Code);
        }

        await using (var source = await StartAsync())
        {
            await using var client = Client(source);
            Assert.Equal("AA", (await client.SendAsync(Message("1"), Token)).Code);
            Assert.Equal("AA", (await client.SendAsync(Message("2"), Token)).Code);
        }

        Assert.Equal(["1", "2"], Records("hl7.inbound").Select(r => Header(r, MllpHeaders.ControlId)));
    }

    [Fact]
    public async Task Another_message_under_a_used_control_id_is_written_and_marked()
    {
        await using var source = await StartAsync();
        await using var client = Client(source);

        await client.SendAsync(Message("1"), Token);
        await client.SendAsync(Message("1").Edit().Set("PID-3", "8").ToMessage(), Token);

        Assert.Equal([null, "true"], Records("hl7.inbound").Select(r => Header(r, MllpHeaders.ReusedControlId)));
    }

    [Theory]
    [InlineData("MSH-9.1", null, "AE", "MSH-9 does not say what kind of message this is.")]
    [InlineData("MSH-10", null, "AE", "MSH-10 is empty: repetitions of this message could not be told from it.")]
    [InlineData("MSH-9.1", "BAR", "AR", "This receiver does not take messages of this kind.")]
    public async Task A_refused_message_is_answered_with_the_reason_and_its_bytes_are_kept(
        string path, string? value, string code, string reason)
    {
        await using var source = await StartAsync(o => o with { MessageTypes = ["ADT", "SIU^S12"] });
        await using var client = Client(source);
        var message = Message("1").Edit().Set("MSH-9.2", null).Set(path, value).ToMessage();

        var answer = await client.SendAsync(message, Token);

        Assert.Equal(code, answer.Code);
        Assert.Equal(reason, answer.Application!.Get("ERR-8"));
        var record = Assert.Single(Records("hl7.inbound.dead-letter"));
        Assert.Equal(message.ToBytes().ToArray(), record.Message.Value);
        Assert.Equal(reason, Header(record, MllpHeaders.Reason));
        Assert.Empty(Records("hl7.inbound"));
    }

    [Fact]
    public async Task Bytes_that_are_no_message_are_answered_AR_and_kept_and_broken_frames_are_kept()
    {
        await using var source = await StartAsync();
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(source.EndPoint, Token);

        await socket.SendAsync("stray\u000Bcut\u000B{\"no\":1}\u001C\r"u8.ToArray(), Token);
        var buffer = new byte[4096];
        var answer = Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer, Token));

        Assert.Contains("MSA|AR", answer, StringComparison.Ordinal);
        Assert.Equal(
            ["stray", "cut", "{\"no\":1}"], Records("hl7.inbound.dead-letter").Select(r => Encoding.UTF8.GetString(r.Message.Value!)));
    }

    [Theory]
    [InlineData("AL", "AL", "CA AA")]
    [InlineData("AL", "NE", "CA")]
    [InlineData("SU", "ER", "CA")]
    [InlineData("NE", "AL", "AA")]
    public async Task Enhanced_mode_is_answered_as_the_message_asks(string commit, string application, string expected)
    {
        await using var source = await StartAsync();
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(source.EndPoint, Token);
        var enhanced = Message("1").Edit().Set("MSH-15", commit).Set("MSH-16", application).ToMessage();

        await socket.SendAsync((byte[])[.. MllpDecoder.Frame(enhanced.ToBytes().Span), .. MllpDecoder.Frame(Message("2").ToBytes().Span)], Token);
        var text = string.Empty;
        var buffer = new byte[65536];
        while (!text.Contains("|AA|2", StringComparison.Ordinal))
            text += Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer, Token));

        Assert.Equal(
            $"{expected} AA", string.Join(' ', text.Split("MSA|").Skip(1).Select(part => part[..2])));
    }

    [Fact]
    public async Task While_Kafka_is_away_nothing_is_acknowledged_and_afterwards_everything_once()
    {
        await using var source = await StartAsync();
        await using var client = Client(source);
        await client.SendAsync(Message("1"), Token);
        var port = _broker.Port;
        await _broker.DisposeAsync();

        var sent = client.SendAsync(Message("2"), Token);
        await using var another = Client(source);
        var repeated = another.SendAsync(Message("2"), Token);
        await Assert.ThrowsAsync<TimeoutException>(() => sent.WaitAsync(TimeSpan.FromMilliseconds(300), Token));
        _broker = Broker(port);
        await _broker.StartAsync(Token);

        Assert.Equal("AA", (await sent).Code);
        Assert.Equal("AA", (await repeated).Code);
        Assert.Equal(["1", "2"], Records("hl7.inbound").Select(r => Header(r, MllpHeaders.ControlId)));
    }

    [Fact]
    public async Task A_repetition_at_another_source_is_acknowledged_and_not_written_again()
    {
        await using var first = await StartAsync();
        await using var second = await StartAsync(o => o with { InstanceId = "second" });
        for (var i = 0; i < 20; i++)
        {
            await using var client = Client(first);
            await using var another = Client(second);
            Assert.Equal("AA", (await client.SendAsync(Message($"{i}"), Token)).Code);
            Assert.Equal("AA", (await another.SendAsync(Message($"{i}"), Token)).Code);
            Assert.Equal("AA", (await another.SendAsync(Message($"{i}b"), Token)).Code);
            await using var back = Client(first);
            Assert.Equal("AA", (await back.SendAsync(Message($"{i}b"), Token)).Code);
        }

        Assert.Equal(
            Enumerable.Range(0, 20).SelectMany(i => new[] { $"{i}", $"{i}b" }), Records("hl7.inbound").Select(r => Header(r, MllpHeaders.ControlId)));
    }

    [Fact]
    public async Task Messages_that_come_without_waiting_for_answers_keep_their_order()
    {
        await using var source = await StartAsync();
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(source.EndPoint, Token);

        await socket.SendAsync(Enumerable.Range(0, 50).SelectMany(i => MllpDecoder.Frame(Message($"{i}").ToBytes().Span)).ToArray(), Token);
        var text = string.Empty;
        var buffer = new byte[65536];
        while (!text.Contains("|AA|49", StringComparison.Ordinal))
            text += Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer, Token));

        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i}"), Records("hl7.inbound").Select(r => Header(r, MllpHeaders.ControlId)));
    }

    [Fact]
    public async Task While_Kafka_is_away_a_sender_that_does_not_wait_is_read_no_further()
    {
        await using var source = await StartAsync();
        var port = _broker.Port;
        await _broker.DisposeAsync();
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(source.EndPoint, Token);
        var frame = MllpDecoder.Frame(Message("1").Edit().Set("NTE-3", new string('x', 1 << 20)).ToMessage().ToBytes().Span);
        long sent = 0;
        var sending = Task.Run(
            async () =>
            {
                for (var i = 0; i < 1000; i++)
                {
                    await socket.SendAsync(frame, Token);
                    Interlocked.Add(ref sent, frame.Length);
                }
            },
            Token);

        await Assert.ThrowsAsync<TimeoutException>(() => sending.WaitAsync(TimeSpan.FromSeconds(2), Token));
        var taken = Interlocked.Read(ref sent);

        Assert.True(taken < 200L << 20, $"{taken} bytes were taken while Kafka was away");
        socket.Close();
        await Assert.ThrowsAnyAsync<Exception>(() => sending);
        _broker = Broker(port);
        await _broker.StartAsync(Token);
    }

    [Fact]
    public async Task A_second_source_of_the_same_name_ends_the_first()
    {
        await using var first = await StartAsync();
        await using var second = await StartAsync();
        await using var client = Client(first);

        await Assert.ThrowsAsync<IOException>(() => client.SendAsync(Message("1"), Token));
        await Assert.ThrowsAnyAsync<KafkaException>(() => first.Completion);
        await using var other = Client(second);
        Assert.Equal("AA", (await other.SendAsync(Message("1"), Token)).Code);
        Assert.Single(Records("hl7.inbound"));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Hl7Message Message(string controlId) => Hl7Message.Parse(Encoding.UTF8.GetBytes(
        $"MSH|^~\\&|HIS|CAMPUS|MS|X|20240101||ADT^A01|{controlId}|P|2.5.1\rPID|1||7||Müller\r"));

    private static string? Header(ConsumeResult<byte[]?, byte[]?> record, string name) =>
        record.Message.Headers.TryGetLastBytes(name, out var bytes) ? Encoding.UTF8.GetString(bytes) : null;

    private static MllpClient Client(MllpSource source) => new(new() { Host = "127.0.0.1", Port = source.EndPoint.Port });

    private EmbeddedBroker Broker(int port) => new(new() { DataDirectory = _folder.FullName, Port = port });

    private Task<MllpSource> StartAsync(Func<MllpSourceOptions, MllpSourceOptions>? change = null)
    {
        var options = new MllpSourceOptions
        {
            Kafka = new Dictionary<string, string> { ["bootstrap.servers"] = $"127.0.0.1:{_broker.Port}" },
            InstanceId = "test",
            Server = new() { EndPoint = new(IPAddress.Loopback, 0) },
        };
        return MllpSource.StartAsync(change?.Invoke(options) ?? options, NullLoggerFactory.Instance, Token);
    }

    private List<ConsumeResult<byte[]?, byte[]?>> Records(string topic)
    {
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig
        {
            BootstrapServers = $"127.0.0.1:{_broker.Port}",
            GroupId = "reader",
            EnablePartitionEof = true,
            IsolationLevel = IsolationLevel.ReadCommitted,
        }).Build();
        consumer.Assign(new TopicPartitionOffset(topic, 0, Offset.Beginning));
        var records = new List<ConsumeResult<byte[]?, byte[]?>>();
        while (true)
        {
            var result = consumer.Consume(Token);
            if (result.IsPartitionEOF)
                return records;
            records.Add(result);
        }
    }
}
