using MedStreams.Bench.Support;
using MedStreams.Increments.Bench;
using MedStreams.Local;

// J1: the whole job, logs -> parse -> route -> increments -> PostgreSQL, exactly once, until the table accounts for every
// record; each row is then checked. The baseline is the bare loop over the same raw logs in the same rounds.
return await BenchProgram.RunAsync("Increments", args, async (options, report) =>
{
    await using var postgres = await PrivatePostgres.StartAsync();
    await using var broker = options.Bootstrap is null ? await BrokerProcess.StartAsync(options.Data, options.Fsync) : null;
    using var cluster = new Cluster(options.Bootstrap ?? broker!.BootstrapServers);
    await new Runs(options, report, cluster, postgres.ConnectionString).RunAsync();
});
