namespace MedStreams.Streams;

/// <summary>Which application is to be reset, and what of it. Immutable.</summary>
public sealed record ResetOptions
{
    /// <summary><c>application.id</c>.</summary>
    public required string ApplicationId { get; init; }

    /// <summary><c>bootstrap.servers</c>: host:port, several with commas between.</summary>
    public required string BootstrapServers { get; init; }

    /// <summary>The topics that it is to read again, all of them there; default none.</summary>
    public IReadOnlyList<string> InputTopics { get; init; } = [];

    /// <summary>
    /// Topics of the user's that it writes and reads itself: they are set to their ends, since their records will be written again. Default none.
    /// </summary>
    public IReadOnlyList<string> IntermediateTopics { get; init; } = [];

    /// <summary>
    /// The internal topics to delete, under their full names; default null: all that the application has made, told by their names.
    /// </summary>
    public IReadOnlyList<string>? InternalTopics { get; init; }

    /// <summary>Where the input topics are to be read from; default at the first record.</summary>
    public ResetTarget Target { get; init; } = ResetTarget.Earliest;

    /// <summary>
    /// <c>state.dir</c> of this machine's instance, whose state is deleted; default null: none. Other machines' state has to be deleted there, or
    /// restores what is not there any more: see <see cref="KafkaStreams.CleanUp"/>.
    /// </summary>
    public string? StateDir { get; init; }

    /// <summary>Settings of librdkafka for the clients, such as security.</summary>
    public IReadOnlyDictionary<string, string> Client { get; init; } = new Dictionary<string, string>();

    /// <summary>How long one question to the brokers may take; default 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The clock; default the system's.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
