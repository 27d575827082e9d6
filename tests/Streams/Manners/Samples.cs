namespace MedStreams.Streams.Tests.Manners;

/// <summary>
/// Small topologies as someone writes them who knows Kafka Streams: a test of what the language feels like. They compile without casts, without
/// <c>!</c> and without type arguments but where a topic is first read.
/// </summary>
internal static class Samples
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    public static Topology WordCount()
    {
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("lines")
            .FlatMapValues(line => line.ToLowerInvariant().Split(' '))
            .GroupBy((_, word) => word)
            .Count(Materialized.As("words"))
            .ToStream()
            .To("counts");
        return builder.Build();
    }

    public static Topology Triage()
    {
        var builder = new StreamsBuilder(ModelSerdes.Options);
        builder.Stream<string, Admission>("admissions")
            .Split(Named.As("triage-"))
            .Branch((_, a) => a.Priority >= 8, s => s.To("emergency"))
            .Branch((_, a) => a.Priority >= 4, s => s.To("urgent"))
            .DefaultBranch(s => s.To("normal"));
        return builder.Build();
    }

    public static Topology Placement()
    {
        var builder = new StreamsBuilder(ModelSerdes.Options);
        var wards = builder.Table<string, Ward>("wards", Materialized.As("wards-by-name"));
        builder.Stream<string, Admission>("admissions")
            .SelectKey((_, a) => a.Ward)
            .LeftJoin(wards, (a, ward) => new Placed(a.Patient, a.Ward, ward?.Beds))
            .To("placed");
        return builder.Build();
    }

    public static Topology PhysicianOfPatient()
    {
        var builder = new StreamsBuilder(ModelSerdes.Options);
        var patients = builder.Table<string, Patient>("patients");
        var physicians = builder.Table<string, string>("physicians");
        patients.LeftJoin(physicians, p => p.Physician, (p, physician) => $"{p.Name}: {physician ?? "nobody"}")
            .ToStream()
            .To("responsible");
        return builder.Build();
    }

    public static Topology Occupancy()
    {
        var builder = new StreamsBuilder(ModelSerdes.Options);
        builder.Table<string, Admission>("current-admissions")
            .GroupBy((patient, a) => (a.Ward, patient))
            .Count()
            .Join(builder.Table<string, Ward>("wards"), (occupied, ward) => $"{occupied} of {ward.Beds}")
            .ToStream()
            .To("occupancy");
        return builder.Build();
    }

    public static Topology AdmissionsPerMinute()
    {
        var builder = new StreamsBuilder(ModelSerdes.Options);
        builder.Stream<string, Admission>("admissions")
            .GroupBy((_, a) => a.Ward, Grouped.As("by-ward"))
            .WindowedBy(TimeWindows.OfSizeAndGrace(Minute, TimeSpan.FromSeconds(10)))
            .Count()
            .Suppress(Suppressed.UntilWindowCloses(BufferConfig.Unbounded()))
            .ToStream((window, _) => $"{window.Key}@{window.Window.Start / 60_000}")
            .To("per-minute");
        return builder.Build();
    }

    public static Topology MeanOfTests()
    {
        var builder = new StreamsBuilder(ModelSerdes.Options);
        builder.Stream<string, Result>("results")
            .GroupByKey()
            .WindowedBy(SlidingWindows.OfTimeDifferenceWithNoGrace(Minute))
            .Aggregate(() => new List<string>(), (_, r, all) => [.. all, $"{r.Value:0.0}"])
            .MapValues(all => string.Join('+', all))
            .ToStream((window, _) => window.Key)
            .To("values");
        return builder.Build();
    }

    public static Topology Visits()
    {
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("movements")
            .GroupByKey()
            .WindowedBy(SessionWindows.OfInactivityGapWithNoGrace(TimeSpan.FromMinutes(5)))
            .Aggregate(() => "", (_, move, path) => path + move, (_, before, after) => before + after, Materialized.As("visits"))
            .ToStream((session, _) => session.Key)
            .To("paths");
        return builder.Build();
    }

    public static Topology ResultsOfOrders()
    {
        var builder = new StreamsBuilder();
        var orders = builder.Stream<string, string>("orders");
        var results = builder.Stream<string, double?>("results");
        orders.LeftJoin(
                results,
                (order, result) => $"{order}: {(result is { } value ? $"{value}" : "open")}",
                JoinWindows.OfTimeDifferenceAndGrace(Minute, Minute))
            .To("answered");
        return builder.Build();
    }

    public static Topology Everything()
    {
        var builder = new StreamsBuilder();
        var pulses = builder.Stream<string, int>("pulses").GroupByKey();
        var notes = builder.Stream<string, string>("notes").GroupByKey();
        pulses.Cogroup((string _, int pulse, string chart) => $"{chart} {pulse}")
            .Cogroup(notes, (_, note, chart) => $"{chart} \"{note}\"")
            .Aggregate(() => "chart:")
            .ToStream()
            .To("charts");
        return builder.Build();
    }

    public static Topology Enriched()
    {
        var builder = new StreamsBuilder(ModelSerdes.Options);
        var wards = builder.GlobalTable<string, Ward>("wards");
        builder.Stream<string, Admission>("admissions")
            .Join(wards, (_, a) => a.Ward, (a, ward) => $"{a.Patient} in one of {ward.Beds}")
            .To("enriched");
        return builder.Build();
    }

    public static Topology WithoutDuplicates()
    {
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("messages")
            .Process(() => new Deduplicator(TimeSpan.FromHours(1)), [Deduplicator.Store])
            .To("unique");
        return builder.Build();
    }

    public static Topology History()
    {
        var builder = new StreamsBuilder(ModelSerdes.Options);
        var wards = builder.Table<string, Ward>(
            "wards", Materialized.As(Stores.PersistentVersionedKeyValueStore("history", TimeSpan.FromDays(30))));
        builder.Stream<string, Admission>("admissions")
            .SelectKey((_, a) => a.Ward)
            .Join(wards, (a, ward) => $"{a.Patient}: {ward.Beds} beds then")
            .To("then");
        return builder.Build();
    }

    public static Topology Routed()
    {
        var builder = new StreamsBuilder(ModelSerdes.Options);
        builder.Stream(
                "admissions",
                new Consumed<string, Admission> { TimestampExtractor = (in r, _, partitionTime) => r.Timestamp >= 0 ? r.Timestamp : partitionTime })
            .Peek((_, _) => { })
            .To(
                (in r, _) => $"ward-{r.Value.Ward}",
                new() { Partitioner = (_, _, a, partitions) => a.Priority % partitions });
        return builder.Build();
    }

    public static Topology HighestPriority()
    {
        var builder = new StreamsBuilder(ModelSerdes.Options);
        builder.Stream<string, Admission>("admissions")
            .GroupBy((_, a) => a.Ward)
            .Reduce((highest, a) => a.Priority > highest.Priority ? a : highest, Materialized.As("highest"))
            .Filter((_, a) => a.Priority > 5)
            .ToStream()
            .MapValues(a => a?.Patient)
            .To("watch");
        return builder.Build();
    }

    public static Topology Totals()
    {
        var builder = new StreamsBuilder();
        builder.Stream<string, int>("doses")
            .GroupByKey()
            .Aggregate(() => (int?)0, (_, dose, sum) => sum + dose)
            .ToStream()
            .To("totals");
        return builder.Build();
    }
}
