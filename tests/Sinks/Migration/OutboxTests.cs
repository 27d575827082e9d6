using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using MedStreams.Sinks.Migration;
using MedStreams.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Sinks.Tests.Migration;

public sealed class OutboxTests(PostgresFixture postgres, BrokerFixture kafka) : IClassFixture<BrokerFixture>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task S3_5_Tasks_reach_their_topic_once_and_in_order_per_study()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var run = await scene.PendingAsync([.. Enumerable.Range(0, 120).Select(n => Scene.Exam($"1.{n}"))]);
        var options = await kafka.TopicAsync(3);
        using var relay = new RunningRelay(scene.Database, options with { Batch = 50 });
        await scene.Feeder().FeedAsync(run.Id, Stop);
        await scene.Feeder().FeedAsync(run.Id, Stop);
        await Eventually.Holds(async () => (await scene.TasksAsync()).Count == 0);
        await relay.StopAsync();
        var read = kafka.Read(options.Topic);
        Assert.Equal(120, read.Count);
        Assert.Equal(120, read.Select(r => r.Message.Key).Distinct(StringComparer.Ordinal).Count());
        Assert.All(read, r => Assert.EndsWith(" " + r.Message.Key, Encoding.UTF8.GetString(r.Message.Value), StringComparison.Ordinal));
        Assert.All(read.GroupBy(r => r.Partition.Value), part => Assert.Equal(part.Select(Position).Order(), part.Select(Position)));
        Assert.Equal(Enumerable.Range(1, 120).Select(n => (long)n), read.Select(Position).Order());
    }

    [Fact]
    public async Task S3_5_A_task_whose_identity_is_older_but_whose_transaction_ends_later_is_not_lost()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var options = await kafka.TopicAsync(1);
        using var relay = new RunningRelay(scene.Database, options);
        await using var slow = new Npgsql.NpgsqlConnection(scene.Raw.ConnectionString);
        await slow.OpenAsync(Stop);
        await using (var transaction = await slow.BeginTransactionAsync(Stop))
        {
            await slow.Command(Put, "1.1").ExecuteAsync(Stop);
            await scene.Raw.ExecuteAsync(Put.Replace("$1", "'1.2'", StringComparison.Ordinal));
            await Eventually.Holds(() => kafka.Read(options.Topic).Count == 1);
            await transaction.CommitAsync(Stop);
        }

        await Eventually.Holds(() => kafka.Read(options.Topic).Count == 2);
        Assert.Equal(["1.2", "1.1"], kafka.Read(options.Topic).Select(r => r.Message.Key));
        await relay.StopAsync();
    }

    [Fact]
    public async Task S3_5_What_the_database_does_not_know_to_be_published_is_read_from_the_topic()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var options = await kafka.TopicAsync(2);
        for (var n = 0; n < 5; n++)
            await scene.Raw.ExecuteAsync(Put.Replace("$1", $"'1.{n}'", StringComparison.Ordinal));

        // A relay that dies between its commit to Kafka and its note in the database.
        var state = (await Lease(scene))!.Value;
        using (var dying = TaskTopic.Open(options, state, NullLogger.Instance, Stop))
            dying.Publish(await NextAsync(scene, 0, 3), Stop);

        using var relay = new RunningRelay(scene.Database, options);
        await Eventually.Holds(async () => (await scene.TasksAsync()).Count == 0);
        await relay.StopAsync();
        Assert.Equal(["1.0", "1.1", "1.2", "1.3", "1.4"], kafka.Read(options.Topic).Select(r => r.Message.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task S3_5_A_relay_that_was_replaced_can_publish_nothing_more()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var options = await kafka.TopicAsync(1);
        await scene.Raw.ExecuteAsync(Put.Replace("$1", "'1.1'", StringComparison.Ordinal));
        var state = (await Lease(scene))!.Value;
        using var old = TaskTopic.Open(options, state, NullLogger.Instance, Stop);
        using var replacing = TaskTopic.Open(options, state, NullLogger.Instance, Stop);
        var tasks = await NextAsync(scene, 0, 10);
        Assert.ThrowsAny<KafkaException>(() => old.Publish(tasks, Stop));
        replacing.Publish(tasks, Stop);
        Assert.Equal(["1.1"], kafka.Read(options.Topic).Select(r => r.Message.Key));
    }

    [Fact]
    public async Task S3_5_Positions_in_the_topic_count_only_where_they_are_of_this_database()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        await using var other = await Scene.OpenAsync(postgres);
        var options = await kafka.TopicAsync(1);
        foreach (var each in new[] { other, scene })
        {
            for (var n = 0; n < 100; n++)
                await each.Raw.ExecuteAsync(Put.Replace("$1", $"'{n}'", StringComparison.Ordinal));
            using var relay = new RunningRelay(each.Database, options);
            await Eventually.Holds(async () => (await each.TasksAsync()).Count == 0);
            await relay.StopAsync();
        }

        Assert.Equal(200, kafka.Read(options.Topic).Count);

        // And behind many of another's, ours are found.
        for (var n = 0; n < 100; n++)
            await other.Raw.ExecuteAsync(Put.Replace("$1", $"'{n}'", StringComparison.Ordinal));
        using (var relay = new RunningRelay(other.Database, options))
        {
            await Eventually.Holds(async () => (await other.TasksAsync()).Count == 0);
            await relay.StopAsync();
        }

        var id = await scene.Raw.ScalarAsync<Guid>("SELECT database_id FROM pacs_migration.relay");
        Assert.Equal(100, new TaskTopicEnd(options, id).Read(Stop));
    }

    [Fact]
    public async Task S3_5_Of_two_relays_one_works_and_the_other_takes_over()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var options = await kafka.TopicAsync(2) with { Lease = TimeSpan.FromSeconds(1) };
        using var first = new RunningRelay(scene.Database, options);
        using var second = new RunningRelay(scene.Database, options);
        await scene.Raw.ExecuteAsync(Put.Replace("$1", "'1.1'", StringComparison.Ordinal));
        await Eventually.Holds(async () => (await scene.TasksAsync()).Count == 0);
        await first.StopAsync();
        await scene.Raw.ExecuteAsync(Put.Replace("$1", "'1.2'", StringComparison.Ordinal));
        await Eventually.Holds(async () => (await scene.TasksAsync()).Count == 0);
        await second.StopAsync();
        Assert.Equal(["1.1", "1.2"], kafka.Read(options.Topic).Select(r => r.Message.Key).Order(StringComparer.Ordinal));
    }

    private const string Put = "INSERT INTO pacs_migration.outbox (study_uid, payload) VALUES ($1, '\\x00')";

    private static long Position(ConsumeResult<string, byte[]> result) =>
        long.Parse(Encoding.ASCII.GetString(result.Message.Headers.GetLastBytes(OutboxHeader.Name)).Split(':')[1], System.Globalization.CultureInfo.InvariantCulture);

    private static Task<RelayState?> Lease(Scene scene) =>
        scene.Database.RunAsync((connection, stop) => OutboxRows.LeaseAsync(connection, "dying", TimeSpan.FromMilliseconds(1), stop), Stop);

    private static Task<List<OutboxTask>> NextAsync(Scene scene, long after, int count) =>
        scene.Database.TransactAsync((connection, stop) => OutboxRows.NextAsync(connection, after, count, stop), Stop);

    private sealed class RunningRelay : IDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;

        public RunningRelay(MigrationDatabase database, OutboxRelayOptions options) =>
            _running = Task.Run(() => new OutboxRelay(database, options, NullLogger<OutboxRelay>.Instance).RunAsync(_stop.Token));

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _running);
        }

        public void Dispose()
        {
            _stop.Cancel();
            _stop.Dispose();
        }
    }
}

/// <summary>A broker for the tests of a class.</summary>
public sealed class BrokerFixture : IAsyncLifetime
{
    private TestBroker _broker = null!;
    private int _topics;

    internal string Servers => _broker.BootstrapServers;

    public async ValueTask InitializeAsync() => _broker = await TestBroker.StartAsync();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    /// <summary>A relay's options for a new topic.</summary>
    internal async Task<OutboxRelayOptions> TopicAsync(int partitions)
    {
        var topic = _broker.Named($"tasks{Interlocked.Increment(ref _topics)}");
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Servers }).SetLogHandler(static (_, _) => { }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = 1 }]);
        return new OutboxRelayOptions
        {
            Kafka = new Dictionary<string, string>(StringComparer.Ordinal) { ["bootstrap.servers"] = Servers },
            Topic = topic,
            Interval = TimeSpan.FromMilliseconds(10),
        };
    }

    /// <summary>What readers of committed records see now.</summary>
    internal List<ConsumeResult<string, byte[]>> Read(string topic)
    {
        using var consumer = new ConsumerBuilder<string, byte[]>(new ConsumerConfig
        {
            BootstrapServers = Servers,
            GroupId = "look",
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            IsolationLevel = IsolationLevel.ReadCommitted,
        }).SetLogHandler(static (_, _) => { }).Build();
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        var partitions = admin.GetMetadata(topic, TimeSpan.FromSeconds(10)).Topics[0].Partitions
            .ConvertAll(p => new TopicPartitionOffset(topic, p.PartitionId, Offset.Beginning));
        consumer.Assign(partitions);
        List<ConsumeResult<string, byte[]>> read = [];
        for (var open = partitions.Count; open > 0;)
        {
            var result = consumer.Consume(TimeSpan.FromSeconds(10)) ?? throw new TimeoutException("The broker sends nothing.");
            if (result.IsPartitionEOF)
                open--;
            else
                read.Add(result);
        }

        return read;
    }
}
