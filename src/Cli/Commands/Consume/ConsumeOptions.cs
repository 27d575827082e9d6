using Confluent.Kafka;

namespace MedStreams.Cli.Commands.Consume;

/// <summary>What to read and when to stop.</summary>
internal sealed record ConsumeOptions
{
    public required string Topic { get; init; }

    /// <summary>Where to begin.</summary>
    public required StartPosition From { get; init; }

    /// <summary>Which partitions; empty: all.</summary>
    public required IReadOnlyList<int> Partitions { get; init; }

    /// <summary>Stop after so many records, waiting for them; null: no limit.</summary>
    public required long? Count { get; init; }

    /// <summary>Go on beyond the present end, until stopped.</summary>
    public required bool Follow { get; init; }

    /// <summary>Whether records of open and aborted transactions are shown.</summary>
    public required IsolationLevel Isolation { get; init; }

    /// <summary>The fields of a line of text.</summary>
    public required IReadOnlyList<string> Fields { get; init; }

    /// <summary>Whether reading stops at the end that each partition has now.</summary>
    public bool StopsAtEnd => !Follow && Count is null;
}
