using MedStreams.Bench.Support;
using MedStreams.Streams.Bench;

// W1 to W5: topologies over a filled topic of 4 partitions, with a commit interval of 100 ms under both guarantees; the
// baseline is the bare loop over the same topic in the same rounds.
// Q1 (--only queries): queries beside a topology that counts.
// L1: from send to read_committed receipt through W1, at steady rates.
return await BenchProgram.RunAsync("Streams", args, async (options, report) =>
{
    await using var broker = options.Bootstrap is null ? await BrokerProcess.StartAsync(options.Data) : null;
    using var cluster = new Cluster(options.Bootstrap ?? broker!.BootstrapServers);
    var runs = new Runs(options, report, cluster);
    await runs.ThroughputAsync();
    if (options.Wants("queries") && (options.Full || options.Only.Count > 0))
        await new QueryRuns(options, report, cluster).RunAsync();
    if (options.Wants("L1") && (options.Full || options.Only.Count > 0))
        await runs.LatencyAsync();
});
