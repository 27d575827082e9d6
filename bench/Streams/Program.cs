using MedStreams.Bench.Support;
using MedStreams.Streams.Bench;

// W1 to W5: topologies over a filled topic of 4 partitions, with a commit interval of 100 ms under both guarantees; the
// baseline is the bare loop over the same topic in the same rounds.
// W6: a call of 5 ms for each record; the baseline is the same call made one at a time.
// R1: from the start to running, with a changelog to restore.
// L1: from send to read_committed receipt through W1, at steady rates.
// Q1 (--full, or --only queries): queries beside a topology that counts.
return await BenchProgram.RunAsync("Streams", args, async (options, report) =>
{
    await using var broker = options.Bootstrap is null ? await BrokerProcess.StartAsync(options.Data, options.Fsync) : null;
    using var cluster = new Cluster(options.Bootstrap ?? broker!.BootstrapServers);
    var runs = new Runs(options, report, cluster);
    await runs.ThroughputAsync();
    if (options.Wants(AsyncRuns.Name))
        await new AsyncRuns(options, report, cluster).RunAsync();
    if (options.Wants("R1"))
        await new RestoreRuns(options, report, cluster).RunAsync();
    if (options.Wants("L1"))
        await runs.LatencyAsync();
    if (options.Wants("queries") && (options.Full || options.Only.Count > 0))
        await new QueryRuns(options, report, cluster).RunAsync();
});
