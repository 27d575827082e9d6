using MedStreams.Bench.Support;
using MedStreams.Monitoring.Bench;

// The lag of 500 groups over 10,000 partitions: one scan, what a watch costs while it runs, the memory that it keeps, and 200 open pages. Aims, not baselines: there is nothing that does
// the same without us.
return await BenchProgram.RunAsync(
    "Monitoring",
    args,
    async (options, report) =>
    {
        if (options.Bootstrap is { } bootstrap)
        {
            await new LagRun(bootstrap, options, report).RunAsync();
            return;
        }

        await using var broker = await BrokerProcess.StartAsync(options.Data, fsync: false);
        await new LagRun(broker.BootstrapServers, options, report).RunAsync();
    },
    "lag");
