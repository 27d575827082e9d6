using MedStreams.Broker.Coordination;
using MedStreams.Broker.Storage;
using MedStreams.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Broker.Tests.Coordination;

/// <summary>Both coordinators over real logs in a folder of their own, on a clock that stands still.</summary>
internal sealed class CoordinatorHost : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("medstreams-coordination-").FullName;
    private readonly CoordinatorSettings _settings;

    public CoordinatorHost(CoordinatorSettings? settings = null)
    {
        _settings = settings ?? new CoordinatorSettings { Groups = new GroupLimits { InitialRebalanceDelayMs = 0 } };
        Open();
    }

    public ManualTime Time { get; } = new();

    public HeldFlusher Flusher { get; private set; } = null!;

    public LogManager Logs { get; private set; } = null!;

    public Coordinators Coordinators { get; private set; } = null!;

    public GroupCoordinator Groups => Coordinators.Groups;

    public TransactionCoordinator Transactions => Coordinators.Transactions;

    /// <summary>The process ends, as with kill -9, and another begins.</summary>
    public void Restart()
    {
        Close();
        Open();
    }

    public PartitionLog Log(TopicPartition partition) => Logs.Find(partition)!;

    public void CreateTopic(string name, int partitions = 1) =>
        Logs.GetOrCreate(name, partitions, new Dictionary<string, string>());

    public static JoinCommand Join(string memberId = "", string? instance = null) => new(
        0, memberId, $"m-{Guid.NewGuid()}", instance, MemberIdRequired: false, CanSkipAssignment: false, "client", "/127.0.0.1",
        60_000, 10_000, "consumer", [new GroupProtocol("range", [1])]);

    public static SyncCommand Sync(string memberId, int generation, params (string Member, byte[] Assignment)[] plan) => new(
        0, generation, memberId, null, null, null, plan.ToDictionary(p => p.Member, p => p.Assignment));

    public void Dispose()
    {
        Close();
        Directory.Delete(_directory, recursive: true);
    }

    private void Open()
    {
        Flusher = new HeldFlusher();
        Logs = LogManager.Open(
            _directory,
            new LogEnvironment(PhysicalFileSystem.Instance, Flusher, Time, NullLogger.Instance),
            new Dictionary<string, string>());
        Coordinators = new Coordinators(Logs, _settings, Time, NullLogger.Instance);
        Coordinators.LoadAsync().AsTask().GetAwaiter().GetResult();
    }

    private void Close()
    {
        Coordinators.Dispose();
        Logs.Abandon();
    }
}

/// <summary>Makes appends durable at once, unless it is told to hold them; then when it is told to.</summary>
internal sealed class HeldFlusher : ILogFlusher
{
    private readonly List<IFlushable> _scheduled = [];
    private bool _held;
    private IFlushable? _refused;

    /// <summary>From now on nothing is durable.</summary>
    public void Hold() => _held = true;

    /// <summary>Makes everything durable that was written, and what follows at once again.</summary>
    public void Release()
    {
        _held = false;
        _refused = null;
        Flush(failure: null);
    }

    /// <summary>From now on the device refuses what one log writes.</summary>
    public void Refuse(IFlushable log) => _refused = log;

    /// <summary>The device refuses what was written.</summary>
    public void Break() => Flush(new IOException("The device is gone."));

    public void Schedule(IFlushable log)
    {
        lock (_scheduled)
        {
            _scheduled.Add(log);
        }

        if (!_held)
        {
            Flush(failure: null);
        }
    }

    public void Dispose()
    {
    }

    private void Flush(IOException? failure)
    {
        List<IFlushable> logs;
        lock (_scheduled)
        {
            logs = [.. _scheduled];
            _scheduled.Clear();
        }

        foreach (var log in logs)
        {
            var to = log.BeginFlush(new FlushRound());
            if (to >= 0)
            {
                log.EndFlush(to, log == _refused ? new IOException("The device is gone.") : failure);
            }
        }
    }
}
