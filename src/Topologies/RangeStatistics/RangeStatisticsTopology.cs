using MedStreams.Streams;

namespace MedStreams.Topologies.RangeStatistics;

/// <summary>
/// Statistics of ranges that are served by several modules (S1): totals that never mix two rounds, by a backup space that holds
/// values back until every module of the range is done. Records and backups are stores with changelogs, changed in the same
/// transaction as the results and the offsets (S1.7).
/// </summary>
public static class RangeStatisticsTopology
{
    /// <summary>The store of agreed statistics, <see cref="RangeRecord"/> by range; may be queried.</summary>
    public const string RecordStore = "range-record";

    /// <summary>The store of what is held back, <see cref="RangeBackup"/> by range; may be queried.</summary>
    public const string BackupStore = "range-backup";

    /// <summary>Adds the topology to a builder.</summary>
    public static void Build(StreamsBuilder builder, RangeStatisticsOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        builder.AddStateStore(Stores.KeyValueStoreBuilder(
            Stores.PersistentKeyValueStore(RecordStore), Serdes.String, RangeStatisticsSerdes.Record));
        builder.AddStateStore(Stores.KeyValueStoreBuilder(
            Stores.PersistentKeyValueStore(BackupStore), Serdes.String, RangeStatisticsSerdes.Backup));

        var memberships = Inputs(builder, options.MembershipTopic, "memberships", RangeInputKind.Membership);
        var reports = Inputs(builder, options.ReportsTopic, "reports", RangeInputKind.Report);
        memberships.Merge(reports, "inputs")
            .Process(() => new RangeProcessor(), Named.As("agree"), [RecordStore, BackupStore])
            .Split("result-or-not-")
            .Branch(
                (_, output) => output.Result is not null,
                results => results.MapValues(output => output.Result!, "results")
                    .To(options.ResultsTopic, Produced.With(Serdes.String, RangeStatisticsSerdes.Result) with { Name = "results-topic" }),
                "result")
            .DefaultBranch(Branched.WithConsumer<string, RangeOutput>(
                refused => refused.MapValues(output => output.Refused!, "refused")
                    .To(options.DeadLetterTopic, Produced.With(Serdes.String, Serdes.Bytes) with { Name = "dead-letters" }),
                "refused"));
    }

    /// <summary>The results as a stream, in a sub-topology of their own: what a sink hangs on.</summary>
    public static KStream<string, RangeResult> Results(StreamsBuilder builder, RangeStatisticsOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        return builder.Stream(
            options.ResultsTopic, Consumed.With(Serdes.String, RangeStatisticsSerdes.Result) with { Name = "results-of-ranges" });
    }

    /// <summary>All topics that the topology reads and writes, those that the engine makes for itself left out.</summary>
    public static IReadOnlyList<string> Topics(RangeStatisticsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return [options.MembershipTopic, options.ReportsTopic, options.ResultsTopic, options.DeadLetterTopic];
    }

    private static KStream<string, RangeInput> Inputs(StreamsBuilder builder, string topic, string name, RangeInputKind kind) =>
        builder.Stream(topic, Consumed.With(Serdes.String, Serdes.Bytes) with { Name = name })
            .MapValues(bytes => new RangeInput(kind, bytes), $"{name}-as-inputs");
}

/// <summary>What an input's bytes hold.</summary>
internal enum RangeInputKind
{
    /// <summary>A <see cref="MembershipEvent"/>.</summary>
    Membership,

    /// <summary>A <see cref="ModuleReport"/>.</summary>
    Report,
}

/// <summary>A change of membership or a report, as the bytes that came: what is refused is kept as it was.</summary>
internal readonly record struct RangeInput(RangeInputKind Kind, byte[] Bytes);

/// <summary>A result or the bytes of a refused input: one of both is null.</summary>
internal sealed record RangeOutput(RangeResult? Result, byte[]? Refused);
