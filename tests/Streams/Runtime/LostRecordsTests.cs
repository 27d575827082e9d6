using System.Collections.Concurrent;
using MedStreams.Streams.Tests.Runtime.Fakes;
using MedStreams.Support;
using Microsoft.Extensions.Logging;

namespace MedStreams.Streams.Tests.Runtime;

/// <summary>Topics and stores that lost what was to be read next: noticed, told once, gone on.</summary>
public sealed class LostRecordsTests : IDisposable
{
    private readonly string _stateDir = Directory.CreateTempSubdirectory("medstreams-").FullName;
    private readonly FakeKafka _kafka = new FakeKafka().WithTopic("in").WithTopic("out");
    private readonly LogLines _log = new();

    public void Dispose() => Directory.Delete(_stateDir, recursive: true);

    [Fact]
    public async Task A_changelog_whose_beginning_retention_took_rebuilds_the_store_with_one_line()
    {
        await using (var one = await StartAsync())
            await CountAsync(10, 10);
        for (var i = 0; i < 20; i++)
            _kafka.Produce("app-counts-changelog", "other", i.ToString());
        _kafka.DeleteBefore(new TopicPartition("app-counts-changelog", 0), 25);

        await using var again = await StartAsync();
        await CountAsync(1, 11);

        Assert.Single(_log.Lines, l => l.StartsWith("112 Task 0_0: counts stands at changelog offset 10, but the changelog holds 25 to 30", StringComparison.Ordinal));
        Assert.Equal("1", _kafka.Read("out")[^1].ValueText); // what the changelog does not hold any more is gone
    }

    [Fact]
    public async Task A_changelog_that_loses_records_while_it_is_read_is_read_from_its_beginning()
    {
        for (var i = 0; i < 30_000; i++)
            _kafka.Produce("app-counts-changelog", "k", i.ToString());
        var listener = new StepListener(() => _kafka.DeleteBefore(new TopicPartition("app-counts-changelog", 0), 25_000));
        await using var one = await StartAsync(listener);
        await CountAsync(1, 1);

        Assert.Equal("30000", _kafka.Read("out")[^1].ValueText);
        Assert.Single(_log.Lines, l => l.StartsWith("112 ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("CURRENT", "empty")]
    [InlineData("MANIFEST-*", "flip")]
    [InlineData("*.sst", "cut")]
    [InlineData("*.sst", "flip")]
    [InlineData("*.sst", "delete")]
    public async Task A_store_whose_files_are_damaged_is_rebuilt_with_a_clear_line_and_counts_on(string files, string harm)
    {
        await using (var one = await StartAsync())
            await CountAsync(200, 200);
        foreach (var file in Directory.GetFiles(Path.Combine(_stateDir, "app", "0_0"), files))
            Damage(file, harm);

        var listener = new RecordingListener();
        await using var again = await StartAsync(listener);
        await CountAsync(1, 201);

        Assert.Equal("201", _kafka.Read("out")[^1].ValueText);
        Assert.Contains(_log.Lines, l => l == "113 Task 0_0: the state on disk is damaged; it is wiped and rebuilt from the beginning");
        Assert.Equal(200, listener.Restored);
    }

    /// <summary>To RocksDB that is what a crash leaves: the store stands at an earlier commit, here before the first, and is restored from there.</summary>
    [Fact]
    public async Task A_store_that_lost_its_last_commits_is_restored_from_an_earlier_one_with_a_clear_line()
    {
        await using (var one = await StartAsync())
            await CountAsync(200, 200);
        Damage(Directory.GetFiles(Path.Combine(_stateDir, "app", "0_0"), "MANIFEST-*").Single(), "cut");

        await using var again = await StartAsync();
        await CountAsync(1, 201);

        Assert.Equal("201", _kafka.Read("out")[^1].ValueText);
        Assert.Contains("110 Task 0_0: counts is restored from offset 0 to 200", _log.Lines);
    }

    [Fact]
    public async Task A_restore_goes_on_from_the_stored_position_and_reads_nothing_twice()
    {
        await using (var one = await StartAsync())
            await CountAsync(200, 200);
        var ofTwo = new RecordingListener();
        await using (var two = await StartAsync(ofTwo, folder: "two"))
            await CountAsync(40, 240);

        var ofOne = new RecordingListener();
        await using var again = await StartAsync(ofOne);
        await CountAsync(1, 241);

        Assert.Equal("241", _kafka.Read("out")[^1].ValueText);
        Assert.Equal((200, 40), (ofTwo.Restored, ofOne.Restored));
        Assert.Contains("restore app-counts-changelog-0 200 240", ofOne.Journal);
        Assert.DoesNotContain(_log.Lines, l => l.StartsWith("112 ", StringComparison.Ordinal) || l.StartsWith("113 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_input_whose_next_records_retention_took_is_read_where_the_reset_policy_says()
    {
        await using (var one = await StartAsync())
            await CountAsync(10, 10);
        for (var i = 0; i < 10; i++)
            _kafka.Produce("in", "k", "x");
        _kafka.DeleteBefore(new TopicPartition("in", 0), 15);

        await using var again = await StartAsync();
        await Eventually.Holds(() => Committed() == 20);

        Assert.Equal("15", _kafka.Read("out")[^1].ValueText);
        Assert.Single(_log.Lines, l => l.StartsWith("116 Task 0_0: in-0 was to be read from offset 10, but holds 15 to 20: it is read from 15", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_input_that_was_made_anew_while_it_was_read_is_read_from_its_beginning()
    {
        await using var one = await StartAsync();
        await CountAsync(10, 10);

        _kafka.Truncate("in");
        for (var i = 0; i < 3; i++)
            _kafka.Produce("in", "k", "x");
        await Eventually.Holds(() => Committed() == 3);

        Assert.Equal("13", _kafka.Read("out")[^1].ValueText);
    }

    [Fact]
    public async Task State_that_nobody_uses_is_deleted_after_its_delay_and_other_state_is_not()
    {
        var time = new ManualTime();
        Directory.CreateDirectory(Path.Combine(_stateDir, "app", "0_7"));
        Directory.CreateDirectory(Path.Combine(_stateDir, "app", "5_0"));
        foreach (var folder in (string[])["0_7", "5_0"])
            Directory.SetLastWriteTimeUtc(Path.Combine(_stateDir, "app", folder), time.GetUtcNow().UtcDateTime);
        await using var one = await StartAsync(clock: time);
        await Eventually.Holds(() => one.State == KafkaStreamsState.Running);

        time.Advance(TimeSpan.FromMinutes(9));
        Assert.True(Directory.Exists(Path.Combine(_stateDir, "app", "0_7")));
        time.Advance(TimeSpan.FromMinutes(3));

        await Eventually.Holds(() => !Directory.Exists(Path.Combine(_stateDir, "app", "0_7")));
        await Eventually.Holds(() => !Directory.Exists(Path.Combine(_stateDir, "app", "5_0")));
        Assert.True(Directory.Exists(Path.Combine(_stateDir, "app", "0_0")));
        Assert.Equal(2, _log.Lines.Count(l => l.StartsWith("118 ", StringComparison.Ordinal)));
    }

    private static void Damage(string file, string harm)
    {
        var bytes = File.ReadAllBytes(file);
        for (var i = bytes.Length / 4; harm == "flip" && i < bytes.Length / 2; i++)
            bytes[i] ^= 0x55;
        if (harm == "delete")
            File.Delete(file);
        else
            File.WriteAllBytes(file, harm switch { "empty" => [], "cut" => bytes[..(bytes.Length / 2)], _ => bytes });
    }

    private async Task<KafkaStreams> StartAsync(IStateRestoreListener? listener = null, TimeProvider? clock = null, string folder = "")
    {
        var topology = new Topology()
            .AddSource("source", Serdes.String, Serdes.String, "in")
            .AddProcessor("count", () => new Clients.CountingProcessor("counts"), "source")
            .AddStateStore(Stores.KeyValueStoreBuilder(Stores.PersistentKeyValueStore("counts"), Serdes.String, Serdes.String), "count")
            .AddSink("sink", "out", Serdes.String, Serdes.String, "count");
        var streams = new KafkaStreams(
            topology,
            new StreamsConfig
            {
                ApplicationId = "app",
                BootstrapServers = "fake:1",
                StateDir = Path.Combine(_stateDir, folder),
                ProcessingGuarantee = ProcessingGuarantee.ExactlyOnceV2,
                CommitInterval = TimeSpan.FromMilliseconds(5),
                Poll = TimeSpan.FromMilliseconds(1),
                Clock = clock ?? TimeProvider.System,
            },
            _log,
            _kafka)
        {
            RestoreListener = listener,
        };
        await streams.StartAsync();
        return streams;
    }

    private async Task CountAsync(int records, long committed)
    {
        for (var i = 0; i < records; i++)
            _kafka.Produce("in", "k", "x");
        await Eventually.Holds(() => Committed() == committed);
    }

    private long Committed()
    {
        lock (_kafka.Lock)
            return _kafka.Committed.GetValueOrDefault(new TopicPartition("in", 0));
    }

    /// <summary>Does something once, after the first batch.</summary>
    private sealed class StepListener(Action step) : IStateRestoreListener
    {
        private int _batches;

        public void OnRestoreStart(TopicPartition changelog, string store, long startOffset, long endOffset)
        {
        }

        public void OnBatchRestored(TopicPartition changelog, string store, long batchEndOffset, long restored)
        {
            if (Interlocked.Increment(ref _batches) == 1)
                step();
        }

        public void OnRestoreEnd(TopicPartition changelog, string store, long totalRestored)
        {
        }
    }

    private sealed class LogLines : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{eventId.Id} {formatter(state, exception)}");

        public void Dispose()
        {
        }
    }
}
