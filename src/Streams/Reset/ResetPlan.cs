namespace MedStreams.Streams;

/// <summary>What a reset does, worked out before anything is done.</summary>
/// <param name="ApplicationId">The application.</param>
/// <param name="Members">The group's members: while there are any, the reset is refused.</param>
/// <param name="Offsets">The offsets that are set, by topic and partition.</param>
/// <param name="ForgottenOffsets">Committed offsets of topics that are deleted; they are deleted too.</param>
/// <param name="DeletedTopics">The internal topics that are deleted.</param>
/// <param name="StateFolder">The folder whose state is deleted; null where there is none.</param>
/// <param name="Sinks">Sinks whose targets keep what they hold, and how far they are: nothing is written there again before that place.</param>
public sealed record ResetPlan(
    string ApplicationId,
    IReadOnlyList<ResetMember> Members,
    IReadOnlyList<ResetOffset> Offsets,
    IReadOnlyList<TopicPartition> ForgottenOffsets,
    IReadOnlyList<string> DeletedTopics,
    string? StateFolder,
    IReadOnlyList<string> Sinks);

/// <summary>A member of the application's group.</summary>
/// <param name="ClientId">Its client id, which tells instance and thread.</param>
/// <param name="Host">Where it connects from.</param>
public sealed record ResetMember(string ClientId, string Host);

/// <summary>An offset that is set.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="From">The committed offset; null where there is none.</param>
/// <param name="To">The offset that is read next.</param>
/// <param name="IsIntermediate">Whether its topic is one that the application writes itself, so that it is set to its end.</param>
public sealed record ResetOffset(TopicPartition Partition, long? From, long To, bool IsIntermediate);
