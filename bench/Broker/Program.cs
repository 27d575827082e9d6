using MedStreams.Bench.Support;
using MedStreams.Broker.Bench;

// B1 produce, B2 fetch, B3 latency, B4 transactions. The baseline of B1 is the file system's own append rate in the same run,
// with fdatasync after each MiB where the broker syncs; that of B4 its rate of synced appends of 4 KiB.
return await BenchProgram.RunAsync("Broker", args, async (options, report) =>
{
    if (options.Bootstrap is { } bootstrap)
    {
        using var cluster = new Cluster(bootstrap);
        await RunAsync(new Workloads(options, report, cluster, null, fsync: false));
        return;
    }

    await EmbeddedAsync(fsync: true);
    await EmbeddedAsync(fsync: false);

    async Task EmbeddedAsync(bool fsync)
    {
        await using var broker = await BrokerProcess.StartAsync(options.Data, fsync);
        using var cluster = new Cluster(broker.BootstrapServers);
        await RunAsync(new Workloads(options, report, cluster, broker, fsync));
    }

    async Task RunAsync(Workloads workloads)
    {
        if (options.Wants("B1") || options.Wants("B2"))
            await workloads.ProduceAndFetchAsync();
        if (options.Wants("B3"))
            await workloads.LatencyAsync();
        if (options.Wants("B4"))
            await workloads.TransactionsAsync();
    }
});
