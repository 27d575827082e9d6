using MedStreams.Bench.Support;
using MedStreams.Recommender.Bench;

// M1: preferences taken into a model and the lists marked that they may change, and its memory; the baseline is the same matrix in plain dictionaries.
// M2: lists worked out; the baseline compares the user with every other one.
// T1: the topology over a broker, from a filled topic to all preferences taken in, while lists are worked out.
// Short: 10,000 users and 2,000 items; --full: 100,000 and 10,000. Users have 20 items in the mean, of which few are very popular.
return await BenchProgram.RunAsync(
    "Recommender",
    args,
    async (options, report) =>
    {
        var matrix = options.Full ? new Matrix(100_000, 10_000, options.Records ?? 2_000_000) : new Matrix(10_000, 2_000, options.Records ?? 200_000);
        var runs = new ModelRuns(matrix, report);
        if (options.Wants("M1"))
            runs.Preferences();
        if (options.Wants("M2"))
            runs.Lists(options.Full ? 2_000 : 500);
        if (options.Wants("T1"))
            await new StreamRuns(matrix, options, report).RunAsync();
    },
    "M1 preferences and memory, M2 lists, T1 topology");
