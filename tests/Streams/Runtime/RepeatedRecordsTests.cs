using MedStreams.Streams.Tests.Runtime.Fakes;
using MedStreams.Support;

namespace MedStreams.Streams.Tests.Runtime;

/// <summary>Records that come again after a crash, when the stores have seen their time already.</summary>
public sealed class RepeatedRecordsTests : IDisposable
{
    private static readonly TimeSpan Size = TimeSpan.FromSeconds(10);
    private readonly string _stateDir = Directory.CreateTempSubdirectory("medstreams-").FullName;
    private readonly FakeKafka _kafka = new FakeKafka().WithTopic("in").WithTopic("out");

    public void Dispose() => Directory.Delete(_stateDir, recursive: true);

    [Fact]
    public async Task At_least_once_their_results_are_told_though_their_windows_had_closed()
    {
        await using (await StartAsync(ProcessingGuarantee.AtLeastOnce))
        {
            foreach (var time in (long[])[1_000, 2_000, 50_000])
                _kafka.Produce("in", "k", "x", time);
            await Eventually.Holds(() => Committed() == 3);
        }

        lock (_kafka.Lock)
            _kafka.Committed[new TopicPartition("in", 0)] = 0; // the stores were committed, the offsets were not
        await using var again = await StartAsync(ProcessingGuarantee.AtLeastOnce);
        await Eventually.Holds(() => Committed() == 3);

        Assert.Equal(["1", "2", "1", "3", "4", "2"], _kafka.Read("out").Select(r => r.ValueText));
    }

    [Fact]
    public async Task Exactly_once_what_is_too_late_stays_too_late_after_a_restart()
    {
        await using (await StartAsync(ProcessingGuarantee.ExactlyOnceV2))
        {
            _kafka.Produce("in", "k", "x", 50_000);
            await Eventually.Holds(() => Committed() == 1);
        }

        await using var again = await StartAsync(ProcessingGuarantee.ExactlyOnceV2);
        _kafka.Produce("in", "k", "x", 1_000);
        _kafka.Produce("in", "k", "x", 51_000);
        await Eventually.Holds(() => Committed() == 3);

        Assert.Equal(["1", "2"], _kafka.Read("out").Select(r => r.ValueText));
    }

    private async Task<KafkaStreams> StartAsync(ProcessingGuarantee guarantee)
    {
        var builder = new StreamsBuilder();
        builder.Stream("in", Consumed.With(Serdes.String, Serdes.String))
            .GroupByKey()
            .WindowedBy(TimeWindows.OfSizeWithNoGrace(Size))
            .Count(new Materialized<string, long?> { StoreName = "counts", CachingEnabled = false, Retention = TimeSpan.FromHours(1) })
            .ToStream()
            .Map((key, n) => (key.Key, n.ToString()!))
            .To("out", Produced.With(Serdes.String, Serdes.String));
        var streams = new KafkaStreams(
            builder.Build(),
            new StreamsConfig
            {
                ApplicationId = "app",
                BootstrapServers = "fake:1",
                StateDir = _stateDir,
                ProcessingGuarantee = guarantee,
                CommitInterval = TimeSpan.FromMilliseconds(5),
                Poll = TimeSpan.FromMilliseconds(1),
            },
            null,
            _kafka);
        await streams.StartAsync();
        return streams;
    }

    private long Committed()
    {
        lock (_kafka.Lock)
            return _kafka.Committed.GetValueOrDefault(new TopicPartition("in", 0));
    }
}
