using MedStreams.Streams;

namespace MedStreams.Monitoring.Page;

/// <summary>Whether the instance does its work, and why not.</summary>
internal sealed class InstancePart(KafkaStreams streams, string name, string applicationId, DateTimeOffset startedAt) : IPagePart
{
    public string Name => "instance";

    public ValueTask<object?> ReadAsync(CancellationToken cancellationToken)
    {
        var health = streams.Health();
        return new(new
        {
            Name = name,
            ApplicationId = applicationId,
            health.State,
            health.IsLive,
            health.IsReady,
            streams.IsPaused,
            health.ActiveTasks,
            health.StandbyTasks,
            StartedAt = startedAt,
            Standstills = health.Standstills.Select(s => new
            {
                s.Reason,
                s.Text,
                Thread = s.ThreadName,
                Task = s.TaskId?.ToString(),
                s.RecordsLeft,
                SecondsLeft = s.TimeLeft is { } left ? Math.Ceiling(left.TotalSeconds) : default(double?),
            }).ToList(),
        });
    }
}
