using FsCheck;
using FsCheck.Fluent;
using MedStreams.Streams.Testing;

namespace MedStreams.Streams.Tests.Dsl.Models;

/// <summary>A record of a random run. One key in eight is null and one value in ten; one record in four is late.</summary>
internal sealed record Piped(int Topic, string? Key, int? Value, long Time);

/// <summary>Random runs: every three bytes are a record, so that shrinking a run is shrinking its bytes.</summary>
internal static class Script
{
    private static readonly string[] Keys = ["a", "b", "c"];

    /// <summary>Runs a property over random runs.</summary>
    /// <param name="topics">How many topics records go to, named in0, in1.</param>
    /// <param name="body">Builds the topology.</param>
    /// <param name="check">Given the driver and the records.</param>
    public static void Check(int topics, Action<StreamsBuilder> body, Action<TopologyTestDriver, IReadOnlyList<Piped>> check) =>
        Prop.ForAll<byte[]>(script =>
        {
            var builder = new StreamsBuilder();
            body(builder);
            using var driver = new TopologyTestDriver(builder.Build());
            check(driver, Read(script, topics));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60).WithEndSize(240));

    public static void Pipe(this TopologyTestDriver driver, Piped record) =>
        driver.CreateInputTopic<string?, int?>($"in{record.Topic}").PipeInput(record.Key, record.Value, record.Time);

    /// <summary>What a topic got since the last call: key, value and time.</summary>
    public static IReadOnlyList<(string? Key, string? Value, long Time)> Out(this TopologyTestDriver driver, string topic = "out") =>
        [.. driver.CreateOutputTopic<string?, string?>(topic).ReadRecords().Select(r => (r.Key, r.Value, r.Timestamp))];

    /// <summary>Ends a table of windows in a topic, with keys <c>key@start-end</c>.</summary>
    public static void Show<TValue>(this KTable<Windowed<string>, TValue> table) =>
        table.ToStream().Map((k, v) => ($"{k.Key}@{k.Window.Start}-{k.Window.End}", v?.ToString())).To("out");

    private static List<Piped> Read(byte[] script, int topics)
    {
        var records = new List<Piped>(script.Length / 3);
        var now = 5L;
        for (var i = 0; i + 2 < script.Length; i += 3)
        {
            var (a, b, c) = (script[i], script[i + 1], script[i + 2]);
            now += c % 16 < 3 ? 0 : c % 8;
            if (c == 255)
                now += 40;
            var late = c / 16 % 4 == 0 ? (b / 8) + (c / 64) : 0;
            records.Add(new Piped(
                a / 8 % topics,
                a % 8 == 0 ? null : Keys[a % 3],
                b % 10 == 0 ? null : b % 7,
                Math.Max(0, now - late)));
        }

        return records;
    }
}
