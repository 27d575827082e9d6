using MedStreams.Streams.Testing;

namespace MedStreams.Sinks.Tests.Conformance;

/// <summary>Every sink that there is keeps the contract; and the kit notices one that does not.</summary>
public sealed class SinkConformanceTests(PostgresFixture postgres)
{
    public static TheoryData<string> Cases() => [.. SinkConformance.Cases];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task PostgreSQL(string name) =>
        Assert.True(await RunAsync(name, () => PostgresTarget.CreateAsync(postgres)), "left out");

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Files(string name) => Assert.True(await RunAsync(name, static () => new(new FileTarget())), "left out");

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Memory(string name) =>
        Assert.Equal(!name.Contains("outage", StringComparison.Ordinal), await RunAsync(name, static () => new(new MemoryTarget())));

    [Theory]
    [InlineData(Fault.NoFence, "A new claim fences the old owner")]
    [InlineData(Fault.NoFence, "A claim beside a commit lets one of them win")]
    [InlineData(Fault.OffsetBeforeRecords, "A commit that is broken off is whole or not there")]
    [InlineData(Fault.RecordsBeforeOffset, "A commit that is broken off is whole or not there")]
    [InlineData(Fault.ForgetsOffset, "A claim resumes at the committed offset")]
    [InlineData(Fault.WritesAtOnce, "Nothing shows before the commit")]
    [InlineData(Fault.WritesAtOnce, "An owner that dies with a buffer leaves nothing")]
    [InlineData(Fault.TakesOldOffsets, "Offsets below the next one are ignored")]
    [InlineData(Fault.OneOffsetForAll, "Partitions, sinks and applications are apart")]
    [InlineData(Fault.DropsRefused, "Refused records are told once, before the commit")]
    [InlineData(Fault.TellsAfterCommit, "Refused records are told once, before the commit")]
    public async Task The_kit_notices(object fault, string name)
    {
        var error = await Assert.ThrowsAsync<SinkConformanceException>(
            () => RunAsync(name, () => new(new FaultyTarget((Fault)fault))));
        Assert.StartsWith(name, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_cases_at_once_are_reported()
    {
        var results = await SinkConformance.RunAllAsync<string, string>(
            static () => new(new MemoryTarget()), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(SinkConformance.Cases, results.Select(r => r.Case));
        Assert.All(results, r => Assert.Null(r.Failure));
        Assert.Equal(2, results.Count(r => r.IsLeftOut));
    }

    private static Task<bool> RunAsync(string name, Func<ValueTask<SinkTarget<string, string>>> target) =>
        SinkConformance.RunAsync(name, target, cancellationToken: TestContext.Current.CancellationToken);
}
