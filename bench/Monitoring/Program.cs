using MedStreams.Bench.Support;
using MedStreams.Monitoring.Bench;

// page: what 200 open pages cost. lag: 500 groups over 10,000 partitions: one scan, what a watch costs while it runs, and the memory that it keeps. Aims, not baselines:
// there is nothing that does the same without us.
return await BenchProgram.RunAsync(
    "Monitoring",
    args,
    async (options, report) =>
    {
        if (options.Wants("page"))
            await new PageRun(report).RunAsync();
        if (!options.Wants("lag"))
            return;
        if (options.Bootstrap is { } bootstrap)
        {
            await new LagRun(bootstrap, options, report).RunAsync();
            return;
        }

        await using var broker = await BrokerProcess.StartAsync(options.Data, fsync: false);
        await new LagRun(broker.BootstrapServers, options, report).RunAsync();
    },
    "page, lag");
