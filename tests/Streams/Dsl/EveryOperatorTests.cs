using System.Reflection;
using System.Text.RegularExpressions;
using MedStreams.Streams.Testing;
using MedStreams.Support;

namespace MedStreams.Streams.Tests.Dsl;

/// <summary>The topology with every operator: that it is complete, free of noise, and runs.</summary>
public sealed partial class EveryOperatorTests
{
    private static string Source =>
        File.ReadAllText(Path.Combine(Repository.Root, "tests", "Streams", "Dsl", "EveryOperator.cs"));

    /// <summary>Operators of which other files hold samples: they need parts that this one has not.</summary>
    private static readonly string[] Elsewhere = ["ToSink", "GetType", "Equals", "GetHashCode", "ToString"];

    [Theory]
    [InlineData(typeof(KStream<string, string>))]
    [InlineData(typeof(KTable<string, string>))]
    [InlineData(typeof(KGroupedStream<string, string>))]
    [InlineData(typeof(KGroupedTable<string, string>))]
    [InlineData(typeof(CogroupedKStream<string, string>))]
    [InlineData(typeof(TimeWindowedKStream<string, string>))]
    [InlineData(typeof(SessionWindowedKStream<string, string>))]
    [InlineData(typeof(BranchedKStream<string, string>))]
    public void Every_operator_is_there(Type type) =>
        Assert.Empty(type.GetMethods(BindingFlags.Public | BindingFlags.Instance)
            .Where(m => !m.IsSpecialName)
            .Select(m => m.Name)
            .Except(Elsewhere)
            .Where(name => !Source.Contains($".{name}(", StringComparison.Ordinal))
            .Distinct());

    [Fact]
    public void No_call_names_its_types_and_nothing_is_forced()
    {
        Assert.DoesNotMatch(CallWithTypes(), Source.Replace(".GetStateStore<", "", StringComparison.Ordinal));
        Assert.DoesNotMatch(Forced(), Source);
    }

    [Fact]
    public void It_runs()
    {
        using var printed = new StringWriter();
        using var driver = new TopologyTestDriver(EveryOperator.Build(printed));
        var admissions = driver.CreateInputTopic("admissions", Serdes.String, Serdes.String);
        driver.CreateInputTopic("patients", Serdes.String, Serdes.String).PipeInput("k1", "Ann|x");
        driver.CreateInputTopic("wards", Serdes.Int32, Serdes.String).PipeInput(5, "ward five");
        driver.CreateInputTopic("more-beds", Serdes.String, Serdes.Int32).PipeInput("k1", 7);
        admissions.PipeInput("k1", "urgent");
        Assert.Equal("[admissions]: k1->urgent", printed.ToString().TrimEnd());
        Assert.Equal("URGENT", driver.CreateOutputTopic("shouted", Serdes.String, Serdes.String).ReadValue());
        Assert.Equal("urgentAnn|x", driver.CreateOutputTopic("known", Serdes.String, Serdes.String).ReadValue());
        Assert.Equal("Ann|xward five", driver.CreateOutputTopic("by-ward", Serdes.String, Serdes.String).ReadRecords()[^1].Value);
    }

    [GeneratedRegex(@"\.[A-Z]\w*<[^>]*>\(", RegexOptions.NonBacktracking)]
    private static partial Regex CallWithTypes();

    [GeneratedRegex(@"[\w)]![.);,]", RegexOptions.NonBacktracking)]
    private static partial Regex Forced();
}
