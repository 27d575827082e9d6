using MedStreams.Bench.Support;
using MedStreams.Hl7.Bench;

// H1 parse, H2 parse and rebuild: messages in memory, one thread; the baseline is the same text decoded and cut by
// string.Split at segment ends and field separators. H3: over MLLP into a topic, acknowledged when it is committed; the baseline is
// the same messages sent by a bare producer that waits for as many at a time. H4: reservations through the topology; the baseline is the bare loop.
return await BenchProgram.RunAsync("Hl7", args, async (options, report) =>
{
    var messages = new HospitalMessages();
    if (options.Wants("H1") || options.Wants("H2"))
        new ParseRuns(options, report, messages).Run();
    if (!options.Wants("H3") && !options.Wants("H4"))
        return;
    await using var broker = options.Bootstrap is null ? await BrokerProcess.StartAsync(options.Data, options.Fsync) : null;
    using var cluster = new Cluster(options.Bootstrap ?? broker!.BootstrapServers);
    if (options.Wants("H3"))
        await new MllpRuns(options, report, cluster, messages).RunAsync();
    if (options.Wants("H4"))
        await new ReservationRuns(options, report, cluster).RunAsync();
});
