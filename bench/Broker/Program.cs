using MedStreams.Bench.Support;
using MedStreams.Broker.Bench;

// In every run: produce, fetch, latency, transactions, with syncs and without. Only when they are asked for, since they take minutes and
// room: steady, partitions, startup. Each figure stands beside a baseline that is measured in the same run, or beside its aim.
return await BenchProgram.RunAsync("Broker", args, async (options, report) =>
{
    if (options.Bootstrap is { } bootstrap)
    {
        using var cluster = new Cluster(bootstrap);
        await MeasureAsync(new(cluster, null, Fsync: false));
        return;
    }

    if (options.Wants("produce") || options.Wants("fetch") || options.Wants("latency") || options.Wants("transactions"))
    {
        if (options.Fsync)
            await EmbeddedAsync(fsync: true);
        await EmbeddedAsync(fsync: false);
    }

    if (options.Only.Count == 0)
        return;
    if (options.Wants("steady"))
        await new SteadyRun(options, report).RunAsync();
    if (options.Wants("partitions"))
        await new PartitionsRun(options, report).RunAsync();
    if (options.Wants("startup"))
        await new StartupRun(options, report).RunAsync();

    async Task EmbeddedAsync(bool fsync)
    {
        await using var broker = await BrokerProcess.StartAsync(options.Data, fsync);
        using var cluster = new Cluster(broker.BootstrapServers);
        await MeasureAsync(new(cluster, broker, fsync));
    }

    async Task MeasureAsync(Target target)
    {
        double? load = null;
        if (options.Wants("produce") || options.Wants("fetch"))
            load = await new Throughputs(target, options, report).RunAsync();
        if (options.Wants("latency"))
            await new Latencies(target, options, report).RunAsync(load);
        if (options.Wants("transactions"))
            await new Transactions(target, options, report).RunAsync();
    }
}, "produce, fetch, latency, transactions; only when asked for: steady, partitions, startup");
