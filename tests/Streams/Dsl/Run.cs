using MedStreams.Streams.Testing;

namespace MedStreams.Streams.Tests.Dsl;

/// <summary>A topology over topics of texts, under the test driver.</summary>
internal sealed class Run : IDisposable
{
    private readonly TopologyTestDriver _driver;

    public Run(Action<StreamsBuilder> body, TopologyOptimizations optimizations = TopologyOptimizations.None)
    {
        var builder = new StreamsBuilder(new StreamsBuilderOptions { Optimizations = optimizations });
        body(builder);
        Topology = builder.Build();
        _driver = new TopologyTestDriver(Topology);
    }

    public Topology Topology { get; }

    public TopologyTestDriver Driver => _driver;

    public void Dispose() => _driver.Dispose();

    /// <summary>Pipes a record; answers what came out, as <c>key=value@time</c>.</summary>
    public IReadOnlyList<string> Pipe(string topic, string? key, string? value, long time, string output = "out")
    {
        _driver.CreateInputTopic<string?, string?>(topic).PipeInput(key, value, time);
        return Read(output);
    }

    public IReadOnlyList<string> Read(string output = "out") =>
    [
        .. _driver.CreateOutputTopic<string?, string?>(output).ReadRecords()
            .Select(r => $"{r.Key ?? "null"}={r.Value ?? "null"}@{r.Timestamp}"),
    ];

    /// <summary>A table of windows as a stream with keys <c>key[start-end]</c>.</summary>
    public static void ToTexts<TValue>(KTable<Windowed<string>, TValue> table, string topic = "out") =>
        table.ToStream().Map((k, v) => ($"{k.Key}[{k.Window.Start}-{k.Window.End}]", v?.ToString())).To(topic);
}
