using MedStreams.Bench.Support;
using MedStreams.Dsl.Bench;

// What single operations cost, without a broker. Operators: each in the smallest topology that has it, in a bare task fed directly and under
// the test driver; the baseline is the same topology without it. Stores: the engine's key-value store beside a bare loop over RocksDB. Serdes:
// beside System.Text.Json or plain copying.
return await BenchProgram.RunAsync("Dsl", args, (options, report) =>
{
    var measuring = new Measuring(options, report);
    measuring.Run<OperatorBenchmarks>("operators", "record", warmUps: 1);
    measuring.Run<StoreBenchmarks>("stores", "call", warmUps: 8);
    measuring.Run<SerdeBenchmarks>("serdes", "call", warmUps: 3);
    return Task.CompletedTask;
});
