using MedStreams.Streams;
using MedStreams.Streams.Testing;
using MedStreams.Topologies.Migration;

namespace MedStreams.Topologies.Tests.Migration;

/// <summary>The stage of studies alone, with its stores on disk: tests answer its steps, move its clock and kill it.</summary>
internal sealed class StudiesDriver : IDisposable
{
    public const string Run = "run-1";
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"medstreams-{Guid.NewGuid():N}");
    private readonly Dictionary<string, MigrationControl> _words = new(StringComparer.Ordinal);
    private MigrationOptions _options;
    private TopologyTestDriver _driver;
    private DateTimeOffset _now = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero); // a Monday

    public StudiesDriver(MigrationOptions? options = null)
    {
        _options = options ?? new MigrationOptions { Partitions = 1 };
        _driver = Open();
    }

    public long Now => _now.ToUnixTimeMilliseconds();

    /// <summary>All steps so far, by study.</summary>
    public List<(string Study, MigrationStep Step)> Steps { get; } = [];

    public List<(string Study, MigrationEvent Event)> Events { get; } = [];

    public List<MigrationAlert> Alerts { get; } = [];

    public IKeyValueStore<string, StudyRecord?> Studies => _driver.GetStore<IKeyValueStore<string, StudyRecord?>>(MigrationTopology.StudyStore);

    public int Left(string store) => _driver.GetStore<IKeyValueStore<string, string>>(store).All().Count();

    public StudyPhase? Phase(string study) => Studies.Get(study)?.Phase;

    public MigrationEvent Last(string study) => Events.Last(e => e.Study == study).Event;

    public IEnumerable<MigrationEventKind> Kinds(string study) => Events.Where(e => e.Study == study).Select(e => e.Event.Kind);

    /// <summary>Where the last step of a study stands.</summary>
    public MigrationStep Step(string study) => Steps.Last(s => s.Study == study).Step;

    public void Send(string study, long number, string department = "CT", int attempt = 1, long? time = null, string hierarchy = "", int priority = 0) =>
        Send(study, new MigrationTask(Run, number, attempt, department) { ExamTime = time, Hierarchy = hierarchy, Priority = priority, QueuedAt = Now });

    public void Send(string study, MigrationTask task)
    {
        _driver.CreateInputTopic(_options.TaskTopic, Serdes.String, MigrationSerdes.Task).PipeInput(study, task);
        Read();
    }

    public void Answer(string study, MigrationStep step, StepResult result)
    {
        _driver.CreateInputTopic(_options.OutcomeTopic, Serdes.String, MigrationSerdes.Outcome)
            .PipeInput(study, new MigrationOutcome(step, result, Now, Now));
        Read();
    }

    /// <summary>Answers the last step of a study.</summary>
    public void Answer(string study, StepResult result) => Answer(study, Step(study), result);

    public void Say(MigrationControl word)
    {
        _words[word.Key] = word;
        Pipe(word);
    }

    public void Advance(TimeSpan by)
    {
        for (var left = by; left > TimeSpan.Zero; left -= _options.LookInterval)
        {
            var part = left < _options.LookInterval ? left : _options.LookInterval;
            _now += part;
            _driver.AdvanceWallClockTime(part);
        }

        Read();
    }

    /// <summary>The process dies and starts again with what is on disk, perhaps with other settings.</summary>
    public void Restart(MigrationOptions? options = null)
    {
        _driver.Dispose();
        _options = options ?? _options;
        _driver = Open();
        foreach (var word in _words.Values)
            Pipe(word);
    }

    public void Dispose()
    {
        _driver.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private TopologyTestDriver Open()
    {
        var builder = new StreamsBuilder();
        MigrationTopology.Studies(builder, _options);
        return new TopologyTestDriver(builder.Build(), new TopologyTestDriverOptions { StateDirectory = _folder, WallClockStart = _now });
    }

    private void Pipe(MigrationControl word) =>
        _driver.CreateInputTopic(_options.ControlTopic, Serdes.String, MigrationSerdes.Control).PipeInput(word.Key, word);

    private void Read()
    {
        Steps.AddRange(_driver.CreateOutputTopic(_options.StepTopic, Serdes.String, MigrationSerdes.Step).ReadKeyValues());
        Events.AddRange(_driver.CreateOutputTopic(_options.EventTopic, Serdes.String, MigrationSerdes.Event).ReadKeyValues());
        Alerts.AddRange(_driver.CreateOutputTopic(_options.AlertTopic, Serdes.String, MigrationSerdes.Alert).ReadValues());
    }
}

/// <summary>Results of steps.</summary>
internal static class Results
{
    public static Amount Objects(long count, long bytes = 100) => new(count, count * bytes, null);

    public static StepResult Collected(long objects, int batches) => StepResult.Done(Objects(objects)) with { Batches = batches };

    public static StepResult Moved(long objects) => StepResult.Done(Objects(objects));

    public static StepResult SoFar(long objects) => new(StepStatus.Continues) { Amount = Objects(objects) };

    public static StepResult Down { get; } = StepResult.Failed(StepFailure.Unavailable, "the target is away");

    public static StepResult Refusal { get; } = StepResult.Failed(StepFailure.Refused, "the target refuses an object");

    public static StepResult Conflict { get; } = StepResult.Failed(StepFailure.Conflict, "other content under a UID");
}
