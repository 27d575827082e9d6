using System.Text.RegularExpressions;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using MedStreams.Broker;
using MedStreams.Monitoring.Lag;
using MedStreams.Support;

namespace MedStreams.Monitoring.Tests.Lag;

/// <summary>Groups that do what groups do, on a broker, and what a look at them says.</summary>
public sealed class LagScannerTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("medstreams-").FullName;
    private EmbeddedBroker _broker = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = new EmbeddedBroker(new BrokerOptions { DataDirectory = _folder, Port = 0 });
        await _broker.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_lag_is_what_is_there_and_not_committed_in_records_and_in_time()
    {
        await CreateAsync("orders", 2);
        var now = DateTimeOffset.UnixEpoch.AddDays(20_000);
        Produce("orders", 0, 100, now.AddSeconds(-100), TimeSpan.FromSeconds(1));
        Commit("g", ("orders", 0, 40));

        var group = Scan(new FixedTime(now)).Single();

        Assert.Equal(("g", 60L, TimeSpan.FromSeconds(60)), (group.Group, group.Lag, group.Behind));
        var partition = group.Partitions.Single();
        Assert.Equal((40, 100, 60L, 0L), (partition.Committed, partition.End, partition.Lag, partition.Lost));
    }

    [Fact]
    public async Task A_group_that_has_read_all_is_not_behind()
    {
        await CreateAsync("orders", 1);
        Produce("orders", 0, 10);
        Commit("g", ("orders", 0, 10));

        var group = Scan().Single();

        Assert.Equal((GroupStatus.Ok, 0L, TimeSpan.Zero, 0), (group.Status, group.Lag, group.Behind, group.Members));
    }

    [Fact]
    public async Task Markers_of_transactions_are_no_lag_and_open_transactions_neither()
    {
        await CreateAsync("orders", 1);
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = _broker.BootstrapServers, TransactionalId = "t" }).Build();
        producer.InitTransactions(TimeSpan.FromSeconds(10));
        Send(producer, 5);
        producer.CommitTransaction();
        Commit("g", ("orders", 0, 5));
        Assert.Equal((6, 0L), (Scan().Single().Partitions.Single().End, Scan().Single().Lag));

        Send(producer, 7);
        producer.Flush();
        Assert.Equal(0, Scan().Single().Lag);
        producer.CommitTransaction();
        Assert.Equal(9, Scan().Single().Lag); // seven records between two markers, which have offsets too
    }

    [Fact]
    public async Task A_partition_without_a_commit_is_shown_with_none_and_not_with_zero()
    {
        await CreateAsync("orders", 2);
        Produce("orders", 1, 3);
        using var consumer = new ConsumerBuilder<Ignore, string>(new ConsumerConfig
        {
            BootstrapServers = _broker.BootstrapServers,
            GroupId = "g",
            ClientId = "reader",
            EnableAutoCommit = false,
            AutoOffsetReset = AutoOffsetReset.Earliest,
        }).Build();
        consumer.Subscribe("orders");
        await Eventually.Holds(() => consumer.Consume(TimeSpan.FromMilliseconds(100)) is not null);
        consumer.Commit([new TopicPartitionOffset("orders", 1, 3)]);

        var group = Scan().Single();

        Assert.Equal(1, group.Members);
        Assert.Equal([(null, null), (3L, 0L)], group.Partitions.Select(p => (p.Committed, p.Lag)));
        Assert.All(group.Partitions, p => Assert.Equal("reader", p.Verdict.ClientId));
        consumer.Close();
        Assert.Equal((0, 1), (Scan().Single().Members, Scan().Single().Partitions.Count));
    }

    [Fact]
    public async Task What_retention_took_is_lost_and_not_lag()
    {
        await CreateAsync("orders", 1);
        Produce("orders", 0, 100);
        Commit("g", ("orders", 0, 10));
        using (var admin = Admin())
            await admin.DeleteRecordsAsync([new TopicPartitionOffset("orders", 0, 70)]);

        var partition = Scan().Single().Partitions.Single();

        Assert.Equal((30L, 60L), (partition.Lag, partition.Lost));
    }

    [Fact]
    public async Task Offsets_and_groups_that_are_gone_are_not_shown()
    {
        await CreateAsync("orders", 1);
        await CreateAsync("other", 1);
        Produce("orders", 0, 1);
        Commit("kept", ("orders", 0, 1));
        Commit("gone", ("orders", 0, 1));
        Commit("half", ("orders", 0, 1), ("other", 0, 0));
        using var admin = Admin();
        await admin.DeleteGroupsAsync(["gone"]);
        await admin.DeleteTopicsAsync(["other"]);

        await Eventually.Holds(() => Scan().Select(g => g.Group).SequenceEqual(["half", "kept"]));
        await Eventually.Holds(() => Scan()[0].Partitions.All(p => p.Verdict.Topic == "orders" || p.End is null));
    }

    [Fact]
    public async Task Groups_and_topics_are_chosen_by_name_and_by_pattern()
    {
        await CreateAsync("orders", 1);
        await CreateAsync("results", 1);
        foreach (var group in (string[])["lab", "lab-2", "ward"])
            Commit(group, ("orders", 0, 0), ("results", 0, 0));

        Assert.Equal(["lab", "lab-2", "ward"], Names(new LagScanOptions()));
        Assert.Equal(["ward"], Names(new LagScanOptions { Groups = ["ward"] }));
        Assert.Equal(["lab", "lab-2"], Names(new LagScanOptions { GroupPattern = new Regex("^lab", RegexOptions.NonBacktracking) }));
        Assert.Equal(["results"], Scan(options: new LagScanOptions { Groups = ["lab"], Topics = ["results"] }).Single().Partitions.Select(p => p.Verdict.Topic));
        Assert.Equal(["orders"], Scan(options: new LagScanOptions { Groups = ["lab"], TopicPattern = new Regex("ord", RegexOptions.NonBacktracking) }).Single().Partitions.Select(p => p.Verdict.Topic));
        Assert.Empty(Names(new LagScanOptions { Groups = ["nobody"] }));

        IEnumerable<string> Names(LagScanOptions options) => Scan(options: options).Select(g => g.Group);
    }

    [Fact]
    public async Task A_status_follows_from_the_commits_that_Kafka_still_has()
    {
        await CreateAsync("orders", 1);
        var start = TimeProvider.System.GetUtcNow();
        Produce("orders", 0, 1_000, start, TimeSpan.Zero);
        Commit("stalled", ("orders", 0, 10));
        Commit("going", ("orders", 0, 10));
        for (var i = 1; i <= 3; i++)
        {
            Commit("stalled", ("orders", 0, 10));
            Commit("going", ("orders", 0, 10 + (100 * i)));
        }

        var options = new LagScanOptions { MinDistance = TimeSpan.Zero, StopGrace = TimeSpan.FromHours(1) };
        Assert.Equal([("going", GroupStatus.Ok), ("stalled", GroupStatus.Err)], Statuses(new FixedTime(start.AddMinutes(30))));
        Assert.Equal([("going", GroupStatus.Err), ("stalled", GroupStatus.Err)], Statuses(new FixedTime(start.AddHours(2))));

        IEnumerable<(string, GroupStatus)> Statuses(TimeProvider clock) => Scan(clock, options).Select(g => (g.Group, g.Status));
    }

    private static void Send(IProducer<Null, string> producer, int count)
    {
        producer.BeginTransaction();
        for (var i = 0; i < count; i++)
            producer.Produce("orders", new Message<Null, string> { Value = "v" });
    }

    private IReadOnlyList<GroupReport> Scan(TimeProvider? clock = null, LagScanOptions? options = null)
    {
        using var admin = Admin();
        var partitions = admin.GetMetadata(TimeSpan.FromSeconds(10)).Topics.FirstOrDefault(t => t.Topic == "__consumer_offsets")?.Partitions.Count ?? 0;
        return new LagScanner(Connect, clock ?? TimeProvider.System).Scan(options ?? new LagScanOptions(), partitions, CancellationToken.None);
    }

    private IConsumer<byte[]?, byte[]?> Connect(ConsumerConfig config)
    {
        config.BootstrapServers = _broker.BootstrapServers;
        return new ConsumerBuilder<byte[]?, byte[]?>(config).Build();
    }

    private IAdminClient Admin() => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _broker.BootstrapServers }).Build();

    private async Task CreateAsync(string topic, int partitions)
    {
        using var admin = Admin();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = 1 }]);
    }

    private void Produce(string topic, int partition, int count, DateTimeOffset? start = null, TimeSpan step = default)
    {
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = _broker.BootstrapServers }).Build();
        for (var i = 0; i < count; i++)
        {
            var time = start is { } at ? new Timestamp(at + (i * step)) : Timestamp.Default;
            producer.Produce(new Confluent.Kafka.TopicPartition(topic, partition), new Message<Null, string> { Value = "v", Timestamp = time });
        }

        producer.Flush(TimeSpan.FromSeconds(10));
    }

    private void Commit(string group, params (string Topic, int Partition, long Offset)[] offsets)
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = _broker.BootstrapServers, GroupId = group }).Build();
        consumer.Commit(offsets.Select(o => new TopicPartitionOffset(o.Topic, o.Partition, o.Offset)));
    }

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
