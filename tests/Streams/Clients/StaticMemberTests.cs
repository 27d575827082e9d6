using Confluent.Kafka;
using Confluent.Kafka.Admin;
using MedStreams.Broker;
using MedStreams.Streams.Kafka;
using MedStreams.Streams.Processing;
using MedStreams.Support;

namespace MedStreams.Streams.Tests.Clients;

/// <summary>Static members whose broker is away for longer than their session.</summary>
public sealed class StaticMemberTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("medstreams-static-").FullName;
    private int _port;
    private EmbeddedBroker _broker = null!;

    public async ValueTask InitializeAsync()
    {
        await StartAsync();
        _port = int.Parse(_broker.BootstrapServers.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture);
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _broker.BootstrapServers }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = "topic", NumPartitions = 4 }]);
    }

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_member_is_one_again_however_often_its_broker_is_away_for_longer_than_its_session()
    {
        var members = Enumerable.Range(0, 4).Select(Join).ToList();
        await Eventually.Holds(() => Poll(members).TrueForAll(m => m.IsMember));
        for (var round = 0; round < 3; round++)
        {
            await _broker.DisposeAsync();
            await Eventually.Holds(() => Poll(members).TrueForAll(m => !m.IsMember));
            await StartAsync();
            await Eventually.Holds(() => Poll(members).TrueForAll(m => m.IsMember));
        }

        members.ForEach(m => m.Dispose());
    }

    [Fact]
    public async Task A_member_whose_place_another_takes_ends()
    {
        using var first = Join(0);
        await Eventually.Holds(() => Poll([first])[0].IsMember);
        using var second = Join(0);
        StreamsException? end = null;
        await Eventually.Holds(() =>
        {
            second.Poll();
            end ??= Record.Exception(first.Poll) as StreamsException;
            return end is not null && second.IsMember;
        });
        Assert.Contains("FencedInstanceId", end!.Message, StringComparison.Ordinal);
    }

    /// <summary>All of them, whatever the first ones are: a generation waits for each.</summary>
    private static List<Member> Poll(List<Member> members)
    {
        members.ForEach(m => m.Poll());
        return members;
    }

    private async Task StartAsync()
    {
        _broker = new EmbeddedBroker(new BrokerOptions
        {
            DataDirectory = _folder,
            Port = _port,
            MinSessionTimeout = TimeSpan.FromMilliseconds(100),
            InitialRebalanceDelay = TimeSpan.Zero,
        });
        await _broker.StartAsync(CancellationToken.None);
    }

    private Member Join(int number) => new(new ConfluentConsumer(
        new Dictionary<string, string>
        {
            ["bootstrap.servers"] = _broker.BootstrapServers,
            ["group.id"] = "group",
            ["group.instance.id"] = $"place-{number}",
            ["session.timeout.ms"] = "1500",
            ["heartbeat.interval.ms"] = "100",
            ["reconnect.backoff.ms"] = "10",
            ["reconnect.backoff.max.ms"] = "50",
        },
        "marker"));

    private sealed class Member : IRebalanceListener, IDisposable
    {
        private readonly ConfluentConsumer _consumer;

        public Member(ConfluentConsumer consumer)
        {
            _consumer = consumer;
            consumer.Subscribe(["topic"], this);
        }

        public bool IsMember { get; private set; }

        public void Poll() => _consumer.Poll(TimeSpan.FromMilliseconds(1), 10, new Nothing());

        public IReadOnlyCollection<StartingPoint> OnJoined(string memberId, int generation, object groupMetadata)
        {
            IsMember = true;
            return [];
        }

        public void OnRevoked() => IsMember = false;

        public void OnLost() => IsMember = false;

        public void Dispose() => _consumer.Dispose();
    }

    private sealed class Nothing : IRecordReceiver
    {
        public void OnRecord(in RawRecord record)
        {
        }

        public void OnEnd(TopicPartition partition, long offset)
        {
        }

        public void OnOutOfRange(TopicPartition partition)
        {
        }
    }
}
