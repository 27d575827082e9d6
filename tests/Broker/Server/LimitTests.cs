using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Server;
using MedStreams.Broker.Tests.Security;
using MedStreams.Broker.Tests.Storage;
using MedStreams.Support;

namespace MedStreams.Broker.Tests.Server;

/// <summary>What one client may take of the broker.</summary>
public sealed class LimitTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Beyond_the_most_connections_the_next_one_waits_until_one_ends()
    {
        await using var broker = await SecureBroker.StartAsync(options => options with { MaxConnections = 2 });
        using var first = await broker.ConnectAsync(ListenerProtocol.Plaintext);
        using var second = await broker.ConnectAsync(ListenerProtocol.SaslPlaintext);
        await SaslClient.HandshakeAsync(second, "PLAIN");
        await AskAsync(first);
        using var third = await broker.ConnectAsync(ListenerProtocol.Plaintext);
        var answer = AskAsync(third);
        await AskAsync(first);
        Assert.False(answer.IsCompleted);
        second.Dispose();
        await answer.WaitAsync(TimeSpan.FromSeconds(20), Stop);
    }

    [Fact]
    public async Task Beyond_the_most_connections_of_an_address_the_next_one_is_closed()
    {
        await using var broker = await SecureBroker.StartAsync(options => options with { MaxConnectionsPerIp = 2 });
        var port = broker.PortOf(ListenerProtocol.Plaintext);
        using var first = await RawClient.ConnectAsync(port);
        using (var second = await RawClient.ConnectAsync(port))
        {
            await AskAsync(first);
            await AskAsync(second);
            using var third = await RawClient.ConnectAsync(port);
            Assert.Null(await third.ReceiveBytesAsync());
            Assert.Contains("127.0.0.1:", broker.Logs.Of(1108).Single(), StringComparison.Ordinal);
        }

        RawClient? next = null;
        await Eventually.Holds(() =>
        {
            next?.Dispose();
            next = RawClient.ConnectAsync(port).GetAwaiter().GetResult();
            return AskAsync(next).ContinueWith(t => t.IsCompletedSuccessfully, TaskScheduler.Default).GetAwaiter().GetResult();
        });
        next!.Dispose();
    }

    [Theory]
    [InlineData(new byte[] { 0 })]
    [InlineData(new byte[] { 0, 0, 0, 100, 1, 2, 3 })]
    public async Task A_request_that_does_not_go_on_is_ended(byte[] part)
    {
        var time = new ManualTime();
        await using var broker = await SecureBroker.StartAsync(options => options with { TransferTimeout = TimeSpan.FromSeconds(30) }, time);
        using var slow = await broker.ConnectAsync(ListenerProtocol.Plaintext);
        using var other = await broker.ConnectAsync(ListenerProtocol.Plaintext);
        await slow.SendBytesAsync(part);
        var closed = slow.ReceiveBytesAsync();
        var began = time.GetUtcNow();
        await Eventually.Holds(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return closed.IsCompleted;
        });
        Assert.Null(await closed);
        Assert.InRange(time.GetUtcNow() - began, TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(9));
        Assert.Contains("too long to arrive", broker.Logs.Of(1102).Single(), StringComparison.Ordinal);
        await AskAsync(other);
    }

    [Fact]
    public async Task A_client_that_takes_no_responses_is_ended()
    {
        var time = new ManualTime();
        await using var broker = await SecureBroker.StartAsync(options => options with { TransferTimeout = TimeSpan.FromSeconds(5) }, time);
        using var client = await broker.ConnectAsync(ListenerProtocol.Plaintext);
        var names = Enumerable.Range(0, 3000).Select(i => new MetadataRequest.MetadataRequestTopic { Name = $"{i}{new string('x', 200)}" }).ToList();
        using var frame = MessageCodec.WriteRequest(1, "t", 9, new MetadataRequest { Topics = names, AllowAutoTopicCreation = false });
        var bytes = frame.ToArray();

        // Far more than the buffers of the system hold, and nothing is read.
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < 50; i++)
                await client.SendBytesAsync(bytes);
        }, Stop);
        await Eventually.Holds(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(500));
            return broker.Logs.Of(1102).Count > 0;
        });
        Assert.Contains("not taken in time", broker.Logs.Of(1102)[0], StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<IOException>(() => sending);
    }

    [Fact]
    public async Task A_client_that_leaves_during_a_long_poll_is_noticed()
    {
        await using var broker = await SecureBroker.StartAsync();
        foreach (var protocol in new[] { ListenerProtocol.Plaintext, ListenerProtocol.Ssl })
        {
            var client = await broker.ConnectAsync(protocol);
            await CreateTopicAsync(client, "t");
            await client.SendAsync(11, Poll("t"));
            await Eventually.Holds(() => Waiting(broker) == 1);
            client.Dispose();
            await Eventually.Holds(() => Waiting(broker) == 0);
        }
    }

    [Fact]
    public async Task A_stop_takes_less_than_a_second_whatever_clients_wait_for()
    {
        await using var broker = await SecureBroker.StartAsync();
        var clients = new List<RawClient>();
        for (var i = 0; i < 30; i++)
        {
            var client = await broker.ConnectAsync(i % 3 == 0 ? ListenerProtocol.Ssl : ListenerProtocol.Plaintext);
            clients.Add(client);
            if (i == 0)
                await CreateTopicAsync(client, "t");
            if (i % 2 == 0)
                await client.SendAsync(11, Poll("t"));
            else
                await client.SendAsync(3, Join($"g{i % 4}"));
        }

        using (var silent = await RawClient.ConnectAsync(broker.PortOf(ListenerProtocol.Ssl)))
        {
            // 15 polls; of each group one member waits for the others to join again, or leads.
            await Eventually.Holds(() => Waiting(broker) >= 15);
            var began = Stopwatch.GetTimestamp();
            await broker.Broker.StopAsync(Stop);
            Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(1));
        }

        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task Requests_wait_for_memory_and_all_go_on_in_the_end()
    {
        const int Size = 3 << 20;
        await using var broker = await SecureBroker.StartAsync(options => options with { QueuedMaxRequestBytes = 2 << 20 });
        using var maker = await broker.ConnectAsync(ListenerProtocol.Plaintext);
        await CreateTopicAsync(maker, "t", ("max.message.bytes", "10000000"));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            using var client = await broker.ConnectAsync(i % 2 == 0 ? ListenerProtocol.Plaintext : ListenerProtocol.Ssl);
            for (var n = 0; n < 3; n++)
            {
                var answer = await client.AskAsync<ProduceRequest, ProduceResponse>(9, new()
                {
                    TransactionalId = null,
                    Acks = 1,
                    TopicData = [new() { Name = "t", PartitionData = [new() { Records = new RecordData(TestLog.Batch(new string('x', Size))) }] }],
                });
                Assert.Equal(ErrorCode.None, answer.Responses[0].PartitionResponses[0].ErrorCode);
            }
        }));
    }

    [Fact]
    public async Task Memory_is_given_in_turn_and_back()
    {
        const int Large = RequestMemory.FirstPart + 100;
        var memory = new RequestMemory(2 * RequestMemory.FirstPart);
        await memory.TakeFirstAsync(Large, Stop);
        var second = memory.TakeFirstAsync(10, Stop).AsTask();
        using var impatient = new CancellationTokenSource();
        var third = memory.TakeFirstAsync(10, impatient.Token).AsTask();
        var fourth = memory.TakeFirstAsync(10, Stop).AsTask();
        Assert.False(second.IsCompleted);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third);

        // The rest has a share of its own: who has begun is not held up by those who wait to begin.
        await memory.TakeRestAsync(Large, Stop);
        Assert.Equal(Large, memory.Used);
        memory.Return(Large, withRest: true);
        await Task.WhenAll(second, fourth);
        memory.Return(10, withRest: false);
        memory.Return(10, withRest: false);
        Assert.Equal(0, memory.Used);
        await new RequestMemory(-1).TakeFirstAsync(int.MaxValue, Stop);
    }

    [Fact]
    public async Task A_malformed_request_is_one_line_that_names_the_peer_and_the_place_and_nothing_of_it()
    {
        await using var broker = await SecureBroker.StartAsync();
        using var client = await broker.ConnectAsync(ListenerProtocol.Plaintext);
        using var frame = MessageCodec.WriteRequest(1, "t", 9, new MetadataRequest { Topics = [new() { Name = "patient-Doe" }] });
        var bytes = frame.ToArray()[..^3];
        BinaryPrimitives.WriteInt32BigEndian(bytes, bytes.Length - 4);
        await client.SendBytesAsync(bytes);
        Assert.Null(await client.ReceiveBytesAsync());
        await Eventually.Holds(() => broker.Logs.Of(1102).Count == 1);
        var line = broker.Logs.Of(1102).Single();
        Assert.Contains($"{IPAddress.Loopback}:{client.LocalPort}", line, StringComparison.Ordinal);
        Assert.Contains("A Metadata request of version 9 breaks off or goes wrong at byte", line, StringComparison.Ordinal);
        Assert.DoesNotContain(broker.Logs.Lines, l => l.Text.Contains("Doe", StringComparison.Ordinal));
        Assert.DoesNotContain(broker.Logs.Lines, l => l.Level >= Microsoft.Extensions.Logging.LogLevel.Error);
    }

    private static int Waiting(SecureBroker broker) => broker.Broker.Waiting;

    private static async Task AskAsync(RawClient client) =>
        Assert.Single((await client.AskAsync<MetadataRequest, MetadataResponse>(9, new())).Brokers);

    private static async Task CreateTopicAsync(RawClient client, string name, params (string Name, string Value)[] configs) =>
        await client.AskAsync<CreateTopicsRequest, CreateTopicsResponse>(5, new()
        {
            Topics =
            [
                new()
                {
                    Name = name,
                    NumPartitions = 1,
                    ReplicationFactor = 1,
                    Configs = [.. configs.Select(c => new CreateTopicsRequest.CreatableTopicConfig { Name = c.Name, Value = c.Value })],
                },
            ],
        });

    private static FetchRequest Poll(string topic) => new()
    {
        MaxWaitMs = 3_600_000,
        MinBytes = 1 << 20,
        Topics = [new() { Topic = topic, Partitions = [new() { PartitionMaxBytes = 1 << 20 }] }],
    };

    private static JoinGroupRequest Join(string group) => new()
    {
        GroupId = group,
        ProtocolType = "consumer",
        SessionTimeoutMs = 600_000,
        RebalanceTimeoutMs = 600_000,
        GroupInstanceId = null,
        Protocols = [new() { Name = "range" }],
    };
}
