using MedStreams.Bench.Support;

namespace MedStreams.Broker.Bench;

/// <summary>A rate, and what broker and client took for it.</summary>
/// <param name="Rate">The rate.</param>
/// <param name="BrokerMicroseconds">CPU time of the broker for a record.</param>
/// <param name="ClientMicroseconds">CPU time of this process, the client's, for a record.</param>
/// <param name="Used">What the broker did.</param>
internal sealed record Measured(Rate Rate, double BrokerMicroseconds, double ClientMicroseconds, BrokerUsage Used)
{
    /// <summary>Measures a run.</summary>
    public static async Task<Measured> OfAsync(BrokerProcess? broker, Func<Rate> run)
    {
        var before = broker is null ? BrokerUsage.None : await broker.UsageAsync();
        var cpu = broker?.CpuTime ?? TimeSpan.Zero;
        var usage = Usage.Begin();
        var rate = run();
        var client = usage.End().Cpu;
        var records = rate.Records * rate.Elapsed.TotalSeconds;
        return new(
            rate,
            broker is null ? 0 : (broker.CpuTime - cpu).TotalMicroseconds / records,
            client.TotalMicroseconds / records,
            broker is null ? BrokerUsage.None : (await broker.UsageAsync()).Since(before));
    }

    /// <summary>The median of something over several runs.</summary>
    public static double Median(IEnumerable<Measured> runs, Func<Measured, double> value) => Statistics.Median(runs.Select(value));
}
