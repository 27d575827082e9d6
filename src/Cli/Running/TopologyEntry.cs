using MedStreams.Cli.Configuration;
using MedStreams.Cli.Running.Page;
using MedStreams.Monitoring.Page;
using MedStreams.Streams;
using Microsoft.Extensions.Logging;

namespace MedStreams.Cli.Running;

/// <summary>A topology that <c>run</c> and <c>describe</c> know by name.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Description">What it does, in a sentence.</param>
/// <param name="Build">Makes it.</param>
internal sealed record TopologyEntry(string Name, string Description, Func<TopologySetting, RunnableTopology> Build);

/// <summary>What a topology is made from.</summary>
/// <param name="Settings">The settings of this run.</param>
/// <param name="Loggers">Where its parts report.</param>
/// <param name="ForDescription">It will only be described: secrets and addresses of targets need not be set.</param>
internal sealed record TopologySetting(EffectiveSettings Settings, ILoggerFactory Loggers, bool ForDescription)
{
    /// <summary>Where relative paths of settings begin.</summary>
    public string WorkingDirectory { get; init; } = ".";

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}

/// <summary>A topology with what belongs to its run.</summary>
/// <param name="Topology">The graph.</param>
internal sealed record RunnableTopology(Topology Topology)
{
    /// <summary>Topics that it reads or writes and that must be there; <c>run --create-topics</c> makes the missing ones.</summary>
    public IReadOnlyList<string> Topics { get; init; } = [];

    /// <summary>Topics among these whose partitions are not a matter of choice, and how many they have.</summary>
    public IReadOnlyDictionary<string, int> FixedPartitions { get; init; } = new Dictionary<string, int>();

    /// <summary>What is wrong with a topic of <see cref="FixedPartitions"/> that has so many partitions; null where nothing is.</summary>
    public Func<string, int, string?> PartitionsFault { get; init; } = static (_, _) => null;

    /// <summary>Topics among these that are made compacted.</summary>
    public IReadOnlyList<string> CompactedTopics { get; init; } = [];

    /// <summary>What it wants of the engine's configuration, such as its error handlers.</summary>
    public Func<StreamsConfig, StreamsConfig> Configure { get; init; } = static config => config;

    /// <summary>Topics of records that it refused, beside the engine's own dead-letter topic.</summary>
    public IReadOnlyList<string> DeadLetterTopics { get; init; } = [];

    /// <summary>What the page shows and does beside what it does of every topology.</summary>
    public Func<PageSetting, PageContent> Page { get; init; } = static _ => PageContent.Empty;

    /// <summary>What has to be closed after the run, such as sinks.</summary>
    public IReadOnlyList<IAsyncDisposable> Resources { get; init; } = [];
}
