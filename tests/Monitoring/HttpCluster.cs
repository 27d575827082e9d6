using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using MedStreams.Broker;
using MedStreams.Streams;
using MedStreams.Support;

namespace MedStreams.Monitoring.Tests;

/// <summary>A broker, and instances of one application that answer queries over HTTP.</summary>
public sealed class HttpCluster : IAsyncDisposable
{
    public const string Token = "a token of the tests";
    private readonly string _folder = Directory.CreateTempSubdirectory("medstreams-").FullName;
    private readonly List<Instance> _instances = [];
    private readonly EmbeddedBroker _broker;

    private HttpCluster() =>
        _broker = new EmbeddedBroker(new BrokerOptions { DataDirectory = Path.Combine(_folder, "broker"), Port = 0 });

    public HttpClient Client { get; } = new();

    public string BootstrapServers => _broker.BootstrapServers;

    public static async Task<HttpCluster> StartAsync(int partitions)
    {
        var cluster = new HttpCluster();
        await cluster._broker.StartAsync();
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = cluster._broker.BootstrapServers }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = "in", NumPartitions = partitions, ReplicationFactor = 1 }]);
        return cluster;
    }

    public void Produce(IEnumerable<(string Key, string Value)> records)
    {
        using var producer = new ProducerBuilder<string, string>(
            new ProducerConfig { BootstrapServers = _broker.BootstrapServers, Partitioner = Partitioner.Murmur2Random }).Build();
        foreach (var (key, value) in records)
            producer.Produce("in", new Message<string, string> { Key = key, Value = value });
        producer.Flush(TimeSpan.FromSeconds(30));
    }

    /// <summary>An instance that is being started, with its server.</summary>
    public async Task<Instance> AddAsync(Topology topology, string name, string? token = Token, TimeSpan? forwardTimeout = null, int standbys = 0)
    {
        var port = FreePort();
        var address = $"127.0.0.1:{port}";
        var streams = new KafkaStreams(topology, new StreamsConfig
        {
            ApplicationId = "app",
            BootstrapServers = _broker.BootstrapServers,
            StateDir = Path.Combine(_folder, name),
            InstanceId = name,
            ProcessingGuarantee = ProcessingGuarantee.ExactlyOnceV2,
            CommitInterval = TimeSpan.FromMilliseconds(20),
            ApplicationServer = address,
            NumStandbyReplicas = standbys,
            AcceptableRecoveryLag = 0,
            ProbingRebalanceInterval = TimeSpan.FromSeconds(1),
        });
        var server = await InstanceServer.StartAsync(streams, address, new InstanceServerOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, port),
            Token = token,
            ForwardTimeout = forwardTimeout ?? TimeSpan.FromSeconds(10),
        });
        var instance = new Instance(streams, server, address);
        _instances.Add(instance);
        await streams.StartAsync();
        return instance;
    }

    /// <summary>Waits until the instances have all partitions of a store among them, and all of them run.</summary>
    public async Task SettleAsync(string store, int partitions)
    {
        await Eventually.Holds(() => _instances.TrueForAll(i => i.Streams.State == KafkaStreamsState.Running));
        await Eventually.Holds(() => _instances.Sum(i => Active(i, store)) == partitions && _instances.TrueForAll(i => Active(i, store) > 0));
    }

    public async Task<(HttpStatusCode Status, JsonElement Body)> AskAsync(
        Instance instance, string store, object query, string? token = Token, string suffix = "")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(instance.Server.Address, $"/queries/{store}{suffix}"));
        request.Content = JsonContent.Create(query);
        if (token is not null)
            request.Headers.Authorization = new("Bearer", token);
        using var response = await Client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _instances)
            await instance.DisposeAsync();
        Client.Dispose();
        await _broker.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>How many partitions of a store take records at an instance.</summary>
    public static int Active(Instance instance, string store) =>
        new JsonQueries(instance.Streams).Stores().Single(s => s.Name == store).Local.Count(p => p.IsActive);

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public sealed record Instance(KafkaStreams Streams, InstanceServer Server, string Address) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Server.DisposeAsync();
            await Streams.DisposeAsync();
        }
    }
}
