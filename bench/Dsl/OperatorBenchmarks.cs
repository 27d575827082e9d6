using BenchmarkDotNet.Attributes;
using MedStreams.Streams.Testing;

namespace MedStreams.Dsl.Bench;

/// <summary>
/// Each operator over 10,000 keys whose records are a millisecond apart. Under the driver, which commits after each record, and in a bare
/// task, which commits after 10,000 and has its stores in RocksDB.
/// </summary>
public class OperatorBenchmarks : IDisposable
{
    private const int BareRecords = 10_000;
    private const int DriverRecords = 1_000;
    private const int Keys = 10_000;
    private readonly string _folder = Directory.CreateTempSubdirectory("medstreams-bench-").FullName;
    private BareTask? _task;
    private TopologyTestDriver? _driver;
    private TestInputTopic<long, long>? _input;
    private TestInputTopic<long, long>? _other;
    private bool _alternates;
    private bool _commits;
    private long _sent;

    /// <summary>The operators' names.</summary>
    public static IEnumerable<string> Names => Operator.All.Select(o => o.Name);

    /// <summary>The operator.</summary>
    [ParamsSource(nameof(Names))]
    public string Subject { get; set; } = "";

    /// <summary>Makes the task.</summary>
    [GlobalSetup(Target = nameof(InBareTask))]
    public void SetUpTask()
    {
        var subject = Choose();
        _task = new BareTask(subject.Topology(), _folder);
        Fill(subject.ReadsTable ? key => _task.Process(Operator.Table, key, key, 0) : null);
        WarmUp.Run(InBareTask);
    }

    /// <summary>Makes the driver.</summary>
    [GlobalSetup(Target = nameof(UnderTestDriver))]
    public void SetUpDriver()
    {
        var subject = Choose();
        _driver = new TopologyTestDriver(subject.Topology());
        _input = _driver.CreateInputTopic<long, long>(Operator.Input);
        if (subject.ReadsTable)
            _other = _driver.CreateInputTopic<long, long>(Operator.Table);
        Fill(_other is null ? null : key => _other.PipeInput(key, key, 0));
        WarmUp.Run(UnderTestDriver);
    }

    /// <summary>Removes all.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        _task?.Dispose();
        _driver?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Records given to a task as bytes.</summary>
    [Benchmark(OperationsPerInvoke = BareRecords, Description = "bare task")]
    public void InBareTask()
    {
        for (var i = 0; i < BareRecords; i++)
        {
            var n = _sent++;
            _task!.Process(_alternates && n % 2 == 0 ? Operator.Table : Operator.Input, (_alternates ? n / 2 : n) % Keys, n, n);
        }

        if (_commits)
            _task!.Commit();
    }

    /// <summary>Records piped into the test driver.</summary>
    [Benchmark(OperationsPerInvoke = DriverRecords, Description = "test driver")]
    public void UnderTestDriver()
    {
        for (var i = 0; i < DriverRecords; i++)
        {
            var n = _sent++;
            (_alternates && n % 2 == 0 ? _other! : _input!).PipeInput((_alternates ? n / 2 : n) % Keys, n, n);
        }

        _driver!.ForgetOutputs();
    }

    private Operator Choose()
    {
        var subject = Operator.All.Single(o => o.Name == Subject);
        _commits = Operator.Stateful.Contains(subject);
        _alternates = subject.TakesTurns;
        return subject;
    }

    private static void Fill(Action<long>? put)
    {
        for (var key = 0; put is not null && key < Keys; key++)
            put(key);
    }
}
