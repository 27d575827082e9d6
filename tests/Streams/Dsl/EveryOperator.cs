namespace MedStreams.Streams.Tests.Dsl;

/// <summary>
/// One topology with every operator of the DSL, as a user writes it: the compiler infers all types, and nothing is forced with <c>!</c>.
/// </summary>
internal static class EveryOperator
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    public static Topology Build(TextWriter printed)
    {
        var builder = new StreamsBuilder();
        builder.AddStateStore(Counts);
        var admissions = builder.Stream("admissions", Consumed.With(Serdes.String, Serdes.String));
        var beds = builder.Stream(["beds", "more-beds"], Consumed.With(Serdes.String, Serdes.Int32) with { Name = "beds" });
        var patients = builder.Table("patients", Consumed.With(Serdes.String, Serdes.String), Materialized.As("patients"));
        var wards = builder.Table("wards", Consumed.With(Serdes.Int32, Serdes.String));
        Stateless(admissions, printed);
        Processors(admissions);
        Streams(admissions, beds, patients);
        Aggregations(admissions, beds);
        Tables(patients, wards);
        return builder.Build();
    }

    private static StoreBuilder<IKeyValueStore<string, string>> Counts { get; } =
        Stores.KeyValueStoreBuilder(Stores.InMemoryKeyValueStore("counts"), Serdes.String, Serdes.String);

    private static void Stateless(KStream<string, string> admissions, TextWriter printed)
    {
        admissions.Filter((_, v) => v.Length > 0)
            .FilterNot((k, _) => k == "test")
            .Map((k, v) => (Key: k.Length, Value: v))
            .MapValues(v => v.Length)
            .MapValues((k, v) => k + v)
            .FlatMap((k, v) => new[] { (k, v), (v, k) })
            .FlatMapValues(v => Enumerable.Range(0, v % 3))
            .FlatMapValues((k, v) => new[] { k, v })
            .SelectKey((_, v) => v)
            .Peek((_, _) => { }, "looked-at")
            .Merge(admissions.Map((_, v) => (v.Length, v.Length)))
            .Repartition(Repartitioned.As("numbers", 1))
            .To("numbers", Produced.As("numbers-sink"));
        admissions.ForEach((_, _) => { });
        admissions.Print(printed, "admissions", mapper: (k, v) => $"{k}->{v}");
        admissions.To((in r, _) => r.Key.Length > 3 ? "long" : "short");
        var branches = admissions.Split(Named.As("by-size-"))
            .Branch((_, v) => v.Length > 10, "large")
            .Branch((_, v) => v.Length > 5, s => s.MapValues(v => v[..5]), "medium")
            .Branch((_, v) => v.Length == 0, s => s.To("empty"))
            .DefaultBranch();
        branches["by-size-large"].To("large");
        admissions.Split().Branch((_, v) => v == "x", Branched.As("x")).NoDefaultBranch();
        admissions.Split().Branch((_, v) => v == "y").DefaultBranch(s => s.To("other"));
    }

    private static void Processors(KStream<string, string> admissions)
    {
        admissions.Process(() => new Numbering(), Named.As("numbering"), ["counts"]).To("numbered");
        admissions.Process(() => new Numbering(), [Counts]).To("numbered-too");
        admissions.ProcessValues(() => new Shouting()).To("shouted");
        admissions.MapValuesAsync((v, _) => ValueTask.FromResult(v.Length)).To("lengths");
        admissions.ProcessAsync((record, _) => ValueTask.FromResult<IReadOnlyList<Record<string, int>>>([record.WithValue(1)])).To("called");
    }

    private static void Streams(
        KStream<string, string> admissions, KStream<string, int> beds, KTable<string, string> patients)
    {
        var windows = JoinWindows.OfTimeDifferenceAndGrace(Minute, Minute).Before(2 * Minute).After(Minute);
        admissions.Join(beds, (admission, bed) => admission + bed, windows).To("with-bed");
        admissions.LeftJoin(beds, (k, admission, bed) => k + admission + bed, windows, StreamJoined.As("beds")).To("with-bed");
        admissions.OuterJoin(beds, (admission, bed) => $"{admission}{bed}", windows).To("either");
        admissions.Join(patients, (admission, patient) => admission + patient, Joined.As("with-patient")).To("known");
        admissions.LeftJoin(patients, (k, admission, patient) => k + admission + patient?.Length).To("all");
        admissions.ToTable(Materialized.As("last-admission")).ToStream().To("last");
    }

    private static void Aggregations(KStream<string, string> admissions, KStream<string, int> beds)
    {
        var grouped = admissions.GroupByKey();
        grouped.Count(Materialized.As("admission-counts")).ToStream().To("counts");
        grouped.Reduce((last, v) => v.Length > 0 ? v : null).ToStream().To("reduced");
        grouped.Aggregate(() => "", (_, v, all) => v == "end" ? null : all + v).ToStream().To("aggregated");
        admissions.GroupBy((_, v) => v.Length, Grouped.As("by-length")).Count().ToStream().To("lengths");

        var tumbling = grouped.WindowedBy(TimeWindows.OfSizeAndGrace(Minute, Minute));
        tumbling.Count().Suppress(Suppressed.UntilWindowCloses(BufferConfig.Unbounded())).ToStream((k, _) => k.Key).To("final");
        tumbling.EmitStrategy(EmitStrategy.OnWindowClose).Reduce((_, v) => v).ToStream((k, _) => k.Key).To("closed");
        grouped.WindowedBy(TimeWindows.OfSizeWithNoGrace(Minute).AdvanceBy(Minute / 2))
            .Aggregate(() => "", (_, v, all) => all + v, Materialized.As("hopping"))
            .ToStream((k, _) => k.Key)
            .To("hopping");
        grouped.WindowedBy(SlidingWindows.OfTimeDifferenceWithNoGrace(Minute)).Count().ToStream((k, _) => k.Key).To("sliding");
        grouped.WindowedBy(UnlimitedWindows.Of()).Count().ToStream((k, _) => k.Key).To("unlimited");
        var sessions = grouped.WindowedBy(SessionWindows.OfInactivityGapWithNoGrace(Minute));
        sessions.Aggregate(() => "", (_, v, all) => all + v, (_, one, other) => one + other).ToStream((k, _) => k.Key).To("sessions");

        var cogrouped = grouped.Cogroup((string _, string v, string all) => all + v)
            .Cogroup(beds.GroupByKey(), (_, bed, all) => all + bed);
        cogrouped.Aggregate(() => "").ToStream().To("cogrouped");
        cogrouped.WindowedBy(TimeWindows.OfSizeWithNoGrace(Minute)).Aggregate(() => "").ToStream((k, _) => k.Key).To("cogrouped");
        cogrouped.WindowedBy(SessionWindows.OfInactivityGapWithNoGrace(Minute))
            .Aggregate(() => "", (_, one, other) => one + other)
            .ToStream((k, _) => k.Key)
            .To("cogrouped");
    }

    private static void Tables(KTable<string, string> patients, KTable<int, string> wards)
    {
        var names = patients.Filter((_, v) => v.Length > 0)
            .FilterNot((_, v) => v == "unknown")
            .MapValues(v => v.Contains('|', StringComparison.Ordinal) ? v.Split('|')[0] : null)
            .MapValues((k, v) => k + v, Materialized.As("names"))
            .TransformValues(() => new Reversing(), Named.As("reversing"));
        names.Join(patients, (name, patient) => name + patient).ToStream().To("joined");
        names.LeftJoin(patients, (name, patient) => name + patient?.Length, Named.As("left")).ToStream().To("joined");
        names.OuterJoin(patients, (name, patient) => $"{name}{patient}", Materialized.As("outer")).ToStream().To("joined");
        patients.Join(wards, patient => patient.Length, (patient, ward) => patient + ward).ToStream().To("by-ward");
        patients.LeftJoin(
                wards,
                (_, patient) => patient.Length > 3 ? patient.Length : null,
                (patient, ward) => patient + (ward ?? "nowhere"),
                TableJoined.As("ward-of"),
                Materialized.As("wards-of"))
            .Suppress(Suppressed.UntilTimeLimit(Minute, BufferConfig.OfMaxRecords(10).EmitEarlyWhenFull()))
            .ToStream(Named.As("wards-of-stream"))
            .To("by-ward");
        var byName = patients.GroupBy((k, v) => (v, k));
        byName.Count().ToStream().To("per-name");
        byName.Reduce((all, v) => all + v, (all, v) => all.Replace(v, "", StringComparison.Ordinal)).ToStream().To("per-name-keys");
        byName.Aggregate(() => 0L as long?, (_, _, n) => n + 1, (_, _, n) => n - 1).ToStream().To("per-name");
    }

    private sealed class Numbering : IProcessor<string, string, string, string>
    {
        private IProcessorContext<string, string>? _context;
        private IKeyValueStore<string, string>? _counts;

        public void Init(IProcessorContext<string, string> context)
        {
            _context = context;
            _counts = context.GetStateStore<IKeyValueStore<string, string>>("counts");
        }

        public void Process(in Record<string, string> record)
        {
            var number = (_counts?.Get(record.Key)?.Length ?? 0) + 1;
            _counts?.Put(record.Key, new string('x', number));
            _context?.Forward(record.WithValue($"{number}"));
        }
    }

    private sealed class Shouting : IFixedKeyProcessor<string, string, string>
    {
        private IFixedKeyProcessorContext<string, string>? _context;

        public void Init(IFixedKeyProcessorContext<string, string> context) => _context = context;

        public void Process(in FixedKeyRecord<string, string> record) =>
            _context?.Forward(record.WithValue(record.Value.ToUpperInvariant()));
    }

    private sealed class Reversing : IValueTransformer<string, string, string>
    {
        public string? Transform(string key, string? value) => value is null ? null : new string([.. value.Reverse()]);
    }
}
