using Confluent.Kafka;

namespace MedStreams.Broker.Tests.Clients;

/// <summary>Consumer groups of librdkafka against the broker.</summary>
public sealed class GroupClientTests : IAsyncLifetime
{
    private ClientBroker _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await ClientBroker.StartAsync();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public async Task A_group_of_one_reads_commits_and_goes_on_where_it_stopped()
    {
        await _broker.CreateTopicAsync("t");
        await _broker.ProduceAsync("t", 10);
        using (var first = _broker.Consumer("g"))
        {
            first.Subscribe("t");
            Assert.Equal(Enumerable.Range(0, 5).Select(i => $"{i}"), Read(first, 5).Select(r => r.Message.Value));
            first.Commit([new TopicPartitionOffset("t", 0, 5)]);
            first.Close();
        }

        using var second = _broker.Consumer("g");
        second.Subscribe("t");
        Assert.Equal("5", Read(second, 1)[0].Message.Value);
        Assert.Equal(5, second.Committed([new TopicPartition("t", 0)], TimeSpan.FromSeconds(5))[0].Offset.Value);
        second.Close();
    }

    [Fact]
    public async Task Two_members_share_the_partitions_and_the_survivor_takes_all_when_one_is_killed()
    {
        await _broker.CreateTopicAsync("t", 4);
        using var survivor = _broker.Consumer("g", c => c.SessionTimeoutMs = 2_000);
        survivor.Subscribe("t");
        var killed = Kcat.Start(
            "-b", _broker.BootstrapServers, "-q", "-X", "session.timeout.ms=2000", "-X", "heartbeat.interval.ms=200",
            "-G", "g", "t");
        try
        {
            Until(() => survivor.Assignment.Count == 2, survivor);
        }
        finally
        {
            killed.Dispose();
        }

        Until(() => survivor.Assignment.Count == 4, survivor);

        await _broker.ProduceAsync("t", 8, partitions: 4);
        Assert.Equal(8, Read(survivor, 8).Select(r => r.Message.Value).Distinct().Count());
        survivor.Close();
    }

    [Fact]
    public async Task Kcat_reads_as_a_group()
    {
        await _broker.CreateTopicAsync("t", 2);
        await _broker.ProduceAsync("t", 6, partitions: 2);
        var lines = await Kcat.RunAsync(
            "-b", _broker.BootstrapServers, "-q", "-e", "-X", "auto.offset.reset=earliest", "-G", "g", "t");
        Assert.Equal(["0", "1", "2", "3", "4", "5"], lines.Order());
    }

    [Fact]
    public async Task A_member_that_leaves_gives_its_partitions_back_at_once()
    {
        await _broker.CreateTopicAsync("t", 2);
        using var first = _broker.Consumer("g", c => c.SessionTimeoutMs = 60_000);
        using var second = _broker.Consumer("g", c => c.SessionTimeoutMs = 60_000);
        first.Subscribe("t");
        second.Subscribe("t");
        Until(() => first.Assignment.Count == 1 && second.Assignment.Count == 1, first, second);
        second.Close();
        Until(() => first.Assignment.Count == 2, first);
        first.Close();
    }

    [Fact]
    public async Task A_static_member_comes_back_without_a_rebalance()
    {
        await _broker.CreateTopicAsync("t", 2);
        var revoked = 0;
        using var stays = new ConsumerBuilder<string, string>(Static("a"))
            .SetPartitionsRevokedHandler((_, _) => revoked++).SetLogHandler((_, _) => { }).Build();
        stays.Subscribe("t");
        var restarts = new ConsumerBuilder<string, string>(Static("b")).SetLogHandler((_, _) => { }).Build();
        restarts.Subscribe("t");
        Until(() => stays.Assignment.Count == 1 && restarts.Assignment.Count == 1, stays, restarts);
        var had = restarts.Assignment;
        var before = revoked;
        restarts.Close();
        restarts.Dispose();

        using var back = new ConsumerBuilder<string, string>(Static("b")).SetLogHandler((_, _) => { }).Build();
        back.Subscribe("t");
        Until(() => back.Assignment.Count == 1, stays, back);

        Assert.Equal(had, back.Assignment);
        Assert.Equal(before, revoked);
        back.Close();
        stays.Close();
    }

    [Fact]
    public async Task A_group_goes_on_over_a_restart_of_the_broker()
    {
        await _broker.CreateTopicAsync("t", 2);
        await _broker.ProduceAsync("t", 4, partitions: 2);
        var revoked = 0;
        using var consumer = new ConsumerBuilder<string, string>(_broker.ConsumerConfig("g"))
            .SetPartitionsRevokedHandler((_, _) => revoked++).SetLogHandler((_, _) => { }).Build();
        consumer.Subscribe("t");
        foreach (var result in Read(consumer, 4))
        {
            consumer.Commit(result);
        }

        await _broker.RestartAsync();
        await _broker.ProduceAsync("t", 4, partitions: 2, from: 4);

        Assert.Equal(["4", "5", "6", "7"], Read(consumer, 4).Select(r => r.Message.Value).Order());
        Assert.Equal(0, revoked);
        Assert.Equal(
            [2L, 2L],
            consumer.Committed([new("t", 0), new("t", 1)], TimeSpan.FromSeconds(5)).Select(o => o.Offset.Value));
        consumer.Close();
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_a_rebalance()
    {
        await _broker.CreateTopicAsync("t", 2);
        using var idle = _broker.Consumer("g", c => c.SessionTimeoutMs = 60_000);
        idle.Subscribe("t");
        Until(() => idle.Assignment.Count == 2, idle);
        using var waiting = Kcat.Start("-b", _broker.BootstrapServers, "-q", "-G", "g", "t");
        using var admin = new AdminClientBuilder(
            new AdminClientConfig { BootstrapServers = _broker.BootstrapServers }).Build();
        await Support.Eventually.Holds(
            () => admin.ListGroup("g", TimeSpan.FromSeconds(5)).State == "PreparingRebalance");

        await _broker.RestartAsync().WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Administrators_see_groups()
    {
        await _broker.CreateTopicAsync("t");
        using var consumer = _broker.Consumer("g");
        consumer.Subscribe("t");
        Until(() => consumer.Assignment.Count == 1, consumer);
        using var admin = new AdminClientBuilder(
            new AdminClientConfig { BootstrapServers = _broker.BootstrapServers }).Build();
        var group = admin.ListGroup("g", TimeSpan.FromSeconds(5));
        Assert.Equal("Stable", group.State);
        Assert.Equal("consumer", group.ProtocolType);
        Assert.Single(group.Members);
        consumer.Close();
    }

    private ConsumerConfig Static(string instance)
    {
        var config = _broker.ConsumerConfig("g");
        config.GroupInstanceId = instance;
        config.SessionTimeoutMs = 30_000;
        return config;
    }

    private static List<ConsumeResult<string, string>> Read(IConsumer<string, string> consumer, int count)
    {
        var results = new List<ConsumeResult<string, string>>();
        var deadline = TimeProvider.System.GetTimestamp() + (30 * TimeProvider.System.TimestampFrequency);
        while (results.Count < count)
        {
            Assert.True(TimeProvider.System.GetTimestamp() < deadline, $"{results.Count} of {count} records came.");
            if (consumer.Consume(TimeSpan.FromMilliseconds(200)) is { } result)
            {
                results.Add(result);
            }
        }

        return results;
    }

    private static void Until(Func<bool> condition, params IConsumer<string, string>[] polled)
    {
        var deadline = TimeProvider.System.GetTimestamp() + (30 * TimeProvider.System.TimestampFrequency);
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetTimestamp() < deadline, "The group did not come to that.");
            foreach (var consumer in polled)
            {
                consumer.Consume(TimeSpan.FromMilliseconds(50));
            }
        }
    }
}
