using MedStreams.Streams;

namespace MedStreams.Topologies.Reservations;

/// <summary>
/// Reservations and associations brought together (S4), in three stages with topics between them:
/// <list type="number">
/// <item>messages: <c>hl7.inbound</c> to <c>reservations.by-user</c>;</item>
/// <item>users: keeps the temporary cache (S4.4), looks up which reservation an association belongs to, parks those that overtook
/// theirs (S4.6), follows merges; to <c>reservations.by-number</c>, where a number's partition is <c>abs(hash) mod N</c> (S4.1);</item>
/// <item>reservations: the state machine (S4.5), one thread for each partition (S4.3); to the topics of states and transitions, and
/// back to the users what they must know.</item>
/// </list>
/// Everything is exactly once; messages without effect go to the topic of rejections.
/// </summary>
public static class ReservationsTopology
{
    /// <summary>The temporary cache: <see cref="UserEntry"/> by user; may be queried.</summary>
    public const string CacheStore = "reservation-cache";

    /// <summary>What is known of reservations: <see cref="NumberRecord"/> by number; may be queried, by partition.</summary>
    public const string RecordsStore = "reservation-records";

    internal const string CacheTimesStore = "reservation-cache-times";
    internal const string RecordTimesStore = "reservation-record-times";

    /// <summary>Adds the topology to a builder.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public static void Build(StreamsBuilder builder, ReservationsOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Messages(builder, options);
        Users(builder, options);
        Reservations(builder, options);
    }

    /// <summary>
    /// The states as a stream, in a sub-topology of their own: what a sink hangs on. A value is null when its reservation is forgotten.
    /// </summary>
    public static KStream<string, ReservationState> States(StreamsBuilder builder, ReservationsOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        return builder.Stream(
            options.StateTopic, Consumed.With(Serdes.String, ReservationSerdes.State) with { Name = "states-of-reservations" });
    }

    /// <summary>All topics that the topology reads and writes, those that the engine makes for itself left out.</summary>
    public static IReadOnlyList<string> Topics(ReservationsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return
        [
            options.InboundTopic, options.ByUserTopic, options.ByNumberTopic, options.StateTopic, options.TransitionsTopic,
            options.RejectedTopic,
        ];
    }

    /// <summary>The partition of a reservation number (S4.1); refuses a topic that has not N partitions (S4.2).</summary>
    /// <param name="options">Where N comes from.</param>
    /// <param name="number">The reservation number.</param>
    /// <param name="partitions">How many partitions the topic has.</param>
    /// <exception cref="ArgumentException">The topic has not N partitions.</exception>
    public static int Partition(ReservationsOptions options, string number, int partitions)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.PartitionsFault(partitions) is { } fault)
            throw new ArgumentException(fault, nameof(partitions));
        return JavaHash.Partition(number, partitions);
    }

    private static void Messages(StreamsBuilder builder, ReservationsOptions options)
    {
        var said = builder
            .Stream(options.InboundTopic, Consumed.With(Serdes.Bytes, Serdes.Bytes) with { Name = "messages" })
            .Process(() => new MessageProcessor(options), Named.As("read"));
        ToUsers(said, options, "read");
        ToRejections(said, options, "read");
    }

    private static void Users(StreamsBuilder builder, ReservationsOptions options)
    {
        builder.AddStateStore(Stores.KeyValueStoreBuilder(
            Stores.PersistentKeyValueStore(CacheStore), Serdes.String, ReservationSerdes.UserEntry));
        builder.AddStateStore(Stores.KeyValueStoreBuilder(
            Stores.PersistentKeyValueStore(CacheTimesStore), Serdes.String, Serdes.String));
        var said = builder
            .Stream(options.ByUserTopic, Consumed.With(Serdes.String, ReservationSerdes.UserEvent) with { Name = "users" })
            .Process(() => new UserProcessor(options), Named.As("look-up"), [CacheStore, CacheTimesStore]);
        ToUsers(said, options, "look-up");
        said.Filter((_, output) => output.Command is not null, "look-up-commands")
            .MapValues(output => output.Command!, "look-up-command")
            .To(options.ByNumberTopic, Produced.With(Serdes.String, ReservationSerdes.NumberCommand) with
            {
                Name = "by-number",
                Partitioner = (_, number, _, partitions) => Partition(options, number, partitions),
            });
        ToRejections(said, options, "look-up");
    }

    private static void Reservations(StreamsBuilder builder, ReservationsOptions options)
    {
        builder.AddStateStore(Stores.KeyValueStoreBuilder(
            Stores.PersistentKeyValueStore(RecordsStore), Serdes.String, ReservationSerdes.NumberRecord));
        builder.AddStateStore(Stores.KeyValueStoreBuilder(
            Stores.PersistentKeyValueStore(RecordTimesStore), Serdes.String, Serdes.String));
        var moved = builder
            .Stream(options.ByNumberTopic, Consumed.With(Serdes.String, ReservationSerdes.NumberCommand) with { Name = "numbers" })
            .Process(() => new NumberProcessor(options), Named.As("move"), [RecordsStore, RecordTimesStore]);
        ToUsers(moved, options, "move");
        ToRejections(moved, options, "move");
        moved.Filter((_, output) => output.State is not null || output.IsForgotten, "move-states")
            .MapValues(output => output.State!, "move-state") // null, a deletion, for what is forgotten
            .To(options.StateTopic, Produced.With(Serdes.String, ReservationSerdes.State) with { Name = "states" });
        moved.Filter((_, output) => output.Transition is not null, "move-transitions")
            .MapValues(output => output.Transition!, "move-transition")
            .To(options.TransitionsTopic, Produced.With(Serdes.String, ReservationSerdes.Transition) with { Name = "transitions" });
    }

    private static void ToUsers(KStream<string, StageOutput> stage, ReservationsOptions options, string name) =>
        stage.Filter((_, output) => output.Event is not null, $"{name}-events")
            .MapValues(output => output.Event!, $"{name}-event")
            .To(options.ByUserTopic, Produced.With(Serdes.String, ReservationSerdes.UserEvent) with { Name = $"{name}-to-users" });

    private static void ToRejections(KStream<string, StageOutput> stage, ReservationsOptions options, string name) =>
        stage.Filter((_, output) => output.Rejection is not null, $"{name}-rejections")
            .MapValues(output => output.Rejection!, $"{name}-rejection")
            .To(options.RejectedTopic, Produced.With(Serdes.String, ReservationSerdes.Rejection) with { Name = $"{name}-rejected" });
}
