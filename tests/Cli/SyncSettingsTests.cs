using System.Text.RegularExpressions;
using MedStreams.Cli.Configuration;
using MedStreams.Cli.Running.Synchronisation;
using MedStreams.Sinks.Operators;
using MedStreams.Support;
using MedStreams.Topologies.Synchronisation;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Cli.Tests;

/// <summary>Operators and sources of cards as settings.</summary>
public sealed class SyncSettingsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void S2_8_The_sample_is_one_that_can_be_used()
    {
        File.Copy(Path.Combine(Repository.Root, "docs", "samples", "synchronisation.json"), Path.Combine(_folder.Path, "appsettings.json"));
        _folder.Write("north.token", "a-token\n");
        Environment.SetEnvironmentVariable("SOUTH_KEY", "a-key");
        var settings = Load();

        using var apis = new OperatorApis(OperatorSettings.Read(settings, _folder.Path), NullLoggerFactory.Instance);

        Assert.Equal(["north", "south"], apis.Names);
        var columns = CardSettings.ToColumns(settings);
        Assert.Equal(("enterprise", "number", "valid_until", "operator"), (columns.Enterprise, columns.Number, columns.Due, columns.Operator));
        Assert.Equal("tariff", columns.Fields["tariff"]);
    }

    [Fact]
    public void The_examples_of_the_guide_can_be_used()
    {
        Environment.SetEnvironmentVariable("NORTH_TOKEN", "a-token");
        var examples = Regex.Matches(
            File.ReadAllText(Path.Combine(Repository.Root, "docs", "synchronisation.md")), "```json\n(?<json>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));
        var operators = 0;
        foreach (Match example in examples)
        {
            _folder.Write("appsettings.json", example.Groups["json"].Value);
            var settings = Load();
            using var apis = new OperatorApis(OperatorSettings.Read(settings, _folder.Path), NullLoggerFactory.Instance);
            operators += apis.Names.Count();
            if (settings.Find(CardSettings.Kind, out _))
                Assert.NotNull(CardSettings.ToColumns(settings).Operator);
        }

        Assert.Equal(1, operators);
    }

    [Fact]
    public void S2_8_Whatever_is_wrong_is_told_at_once_by_key_and_without_values()
    {
        _folder.Write("appsettings.json", """
            {"MedStreams":{"Sync":{"Operators":{
              "north":{"Urll":"http://x/","Timeout":"soon","Success":"fine","RatePerSecond":"-1","BodyFile":"none.json","Auth":{"Secret":"s3cret"}},
              "south":{"LookUp":{"Settle":"1 s"}}}}}}
            """);

        var wrong = Assert.Throws<CliException>(() => OperatorSettings.Read(Load(), _folder.Path)).Message;

        foreach (var key in new[] { "north:Url ", "north:Urll", "north:Timeout", "north:Success", "north:RatePerSecond", "north:BodyFile", "north:Auth:Secret", "south:Url", "south:LookUp:Url" })
            Assert.Contains($"MedStreams:Sync:Operators:{key}", wrong, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", wrong, StringComparison.Ordinal);
    }

    [Fact]
    public void S2_9_An_API_without_keys_and_without_a_look_up_is_told_with_the_cure()
    {
        _folder.Write("appsettings.json", """{"MedStreams":{"Sync":{"Operators":{"north":{"Url":"http://x/"}}}}}""");

        var wrong = Assert.Throws<CliException>(() => OperatorCalls.Create(Load(), _folder.Path, NullLoggerFactory.Instance, TimeProvider.System)).Message;

        Assert.Contains("MedStreams:Sync:Operators:north:IdempotencyHeader", wrong, StringComparison.Ordinal);
        Assert.Contains("LookUp:Url", wrong, StringComparison.Ordinal);
    }

    [Fact]
    public async Task S2_9_What_an_operator_answers_is_told_as_what_it_is()
    {
        // Nobody listens there: nothing was done, and the group leaves the round.
        _folder.Write("appsettings.json", """{"MedStreams":{"Sync":{"Operators":{"north":{"Url":"http://127.0.0.1:1/","IdempotencyHeader":"K","Attempts":"1"}}}}}""");
        await using var calls = OperatorCalls.Create(Load(), _folder.Path, NullLoggerFactory.Instance, TimeProvider.System);

        var away = await calls.SyncAsync(new CardCall(new Card("E", "1", "north", new DateOnly(2031, 1, 1)), MayHaveBeenMade: false), TestContext.Current.CancellationToken);
        var unknown = await calls.SyncAsync(new CardCall(new Card("E", "1", "east", new DateOnly(2031, 1, 1)), MayHaveBeenMade: false), TestContext.Current.CancellationToken);

        Assert.Equal(CallOutcome.Unavailable, away.Outcome);
        Assert.Equal(CallOutcome.Refused, unknown.Outcome);
    }

    [Theory]
    [InlineData("Sync:Cards:Kind=csv", "Sync:Cards:Columns:operator")]
    [InlineData("Sync:Cards:Operator=north", "Sync:Cards:Columns:enterprise")]
    public void A_column_that_is_needed_is_named(string setting, string key)
    {
        var (name, value) = (setting.Split('=')[0], setting.Split('=')[1]);
        var settings = Load((name, value, "--set"));

        Assert.Contains(key, Assert.Throws<CliException>(() => CardSettings.ToColumns(settings)).Message, StringComparison.Ordinal);
    }

    private EffectiveSettings Load(params (string Key, string Value, string Option)[] arguments) => SettingsLoader.Load(
        new CliEnvironment { Input = Stream.Null, Output = Stream.Null, Error = TextWriter.Null, WorkingDirectory = _folder.Path, Variables = new Dictionary<string, string>() },
        _folder.Path,
        arguments);
}
