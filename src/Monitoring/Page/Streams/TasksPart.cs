using MedStreams.Streams;

namespace MedStreams.Monitoring.Page;

/// <summary>The tasks: those of this instance with what they read, those of others with who has them, as far as they say where they answer.</summary>
internal sealed class TasksPart(KafkaStreams streams, TopologyPlaces places, string self) : IPagePart
{
    public string Name => "tasks";

    public ValueTask<object?> ReadAsync(CancellationToken cancellationToken)
    {
        var standstills = streams.Health().Standstills.Where(s => s.TaskId is not null).ToLookup(s => s.TaskId!.Value);
        var rows = new List<TaskRow>();
        foreach (var thread in streams.MetadataForLocalThreads())
        {
            rows.AddRange(thread.ActiveTasks.Select(t => Own(t, thread, "active", standstills)));
            rows.AddRange(thread.StandbyTasks.Select(t => Own(t, thread, "standby", standstills)));
        }

        rows.AddRange(Others(rows));
        return new(rows.OrderBy(r => r.Subtopology).ThenBy(r => r.Partition).ThenBy(r => r.Role, StringComparer.Ordinal).ToList());
    }

    private TaskRow Own(TaskMetadata task, ThreadMetadata thread, string role, ILookup<TaskId, Standstill> standstills)
    {
        var inputs = task.Inputs.OrderBy(i => i.Topic, StringComparer.Ordinal).ThenBy(i => i.Partition).Select(i => Input(task, i)).ToList();
        var standstill = standstills[task.TaskId].FirstOrDefault();
        var state = standstill is null
            ? role == "standby" ? "following" : "running"
            : System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(standstill.Reason.ToString());
        return new TaskRow(task.TaskId.ToString(), task.TaskId.Subtopology, task.TaskId.Partition, role, state, self.Length > 0 ? self : thread.ThreadName)
        {
            Thread = thread.ThreadName,
            Lag = inputs.Sum(i => i.Lag ?? 0),
            Inputs = inputs,
            Restore = standstill is { Reason: StandstillReason.Restoring }
                ? new TaskRestore(standstill.RecordsLeft, standstill.TimeLeft is { } left ? Math.Ceiling(left.TotalSeconds) : null)
                : null,
        };
    }

    private static TaskInput Input(TaskMetadata task, TopicPartition input)
    {
        long? committed = task.CommittedOffsets.TryGetValue(input, out var offset) ? offset : null;
        long? end = task.EndOffsets.TryGetValue(input, out var last) ? last : null;
        return new TaskInput(input.Topic, input.Partition, committed, end, Math.Max(0, end - committed ?? 0));
    }

    private IEnumerable<TaskRow> Others(List<TaskRow> own)
    {
        var known = own.Select(r => (r.Task, r.Role)).ToHashSet();
        foreach (var host in Hosts().Where(h => h.HostInfo.ToString() != self))
        {
            foreach (var (role, partitions) in new[] { ("active", host.TopicPartitions), ("standby", host.StandbyTopicPartitions) })
            {
                foreach (var (subtopology, partition) in partitions.Select(places.TaskOf).OfType<(int, int)>().Distinct())
                {
                    var row = new TaskRow($"{subtopology}_{partition}", subtopology, partition, role, "elsewhere", host.HostInfo.ToString());
                    if (role == "standby" || known.Add((row.Task, role)))
                        yield return row;
                }
            }
        }
    }

    private IReadOnlyCollection<StreamsMetadata> Hosts()
    {
        try
        {
            return streams.MetadataForAllStreamsClients();
        }
        catch (InvalidStateStoreException)
        {
            return []; // not started yet, or stopped
        }
    }
}

/// <summary>A task, as the page shows it.</summary>
internal sealed record TaskRow(string Task, int Subtopology, int Partition, string Role, string State, string Owner)
{
    public string? Thread { get; init; }

    public long? Lag { get; init; }

    public IReadOnlyList<TaskInput>? Inputs { get; init; }

    public TaskRestore? Restore { get; init; }
}

/// <summary>A partition that a task reads; its end is the last that the task has seen.</summary>
internal sealed record TaskInput(string Topic, int Partition, long? Committed, long? End, long? Lag);

/// <summary>How long a restore goes on.</summary>
internal sealed record TaskRestore(long? RecordsLeft, double? SecondsLeft);
