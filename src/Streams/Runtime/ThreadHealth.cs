namespace MedStreams.Streams.Runtime;

/// <summary>What a stream thread tells of itself.</summary>
internal sealed record ThreadHealth(int ActiveTasks, int StandbyTasks, IReadOnlyList<Standstill> Standstills);
