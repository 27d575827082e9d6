using System.Text.Json;

namespace MedStreams.Cli.Tests;

public sealed class ConfigTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Each_layer_wins_over_the_one_below_and_is_named()
    {
        var runner = new CliRunner { WorkingDirectory = _folder.Path };
        await Expect("127.0.0.1:9092", "default");
        _folder.Write("appsettings.json", """{"MedStreams":{"Kafka":{"BootstrapServers":"file:1"}}}""");
        await Expect("file:1", "appsettings.json");
        _folder.Write("appsettings.Ward7.json", """{"MedStreams":{"Kafka":{"BootstrapServers":"ward:2"}}}""");
        await Expect("file:1", "appsettings.json");
        runner.Variables["DOTNET_ENVIRONMENT"] = "Ward7";
        await Expect("ward:2", "appsettings.Ward7.json");
        runner.Variables["MEDSTREAMS__KAFKA__BOOTSTRAPSERVERS"] = "variable:3";
        await Expect("variable:3", "environment MEDSTREAMS__KAFKA__BOOTSTRAPSERVERS");
        await Expect("set:4", "argument --set", "--set", "Kafka:BootstrapServers=set:4");
        await Expect("option:5", "argument --bootstrap-servers", "-b", "option:5");

        async Task Expect(string value, string source, params string[] args)
        {
            var run = await runner.RunAsync([.. args, "config", "show"]);
            Assert.Equal(0, run.ExitCode);
            Assert.Contains($"MedStreams:Kafka:BootstrapServers\t{value}\t{source}", run.Lines);
        }
    }

    [Fact]
    public async Task The_settings_folder_can_be_named()
    {
        _folder.Write("appsettings.json", """{"MedStreams":{"Kafka":{"Timeout":"7 s"}}}""");
        var run = await CliRun.RunAsync("config", "show", "--settings", _folder.Path);
        Assert.Contains("MedStreams:Kafka:Timeout\t7 s\tappsettings.json", run.Lines);
        Assert.Equal(2, (await CliRun.RunAsync("config", "show", "--settings", _folder.Path + "/none")).ExitCode);
    }

    [Fact]
    public async Task Every_mistake_is_named_with_its_key_its_source_and_what_is_allowed()
    {
        _folder.Write("appsettings.json", """{"MedStreams":{"Kafka":{"BootstrapServers":"nowhere","TimeOut":"soon","Colour":"red"}}}""");
        var run = await new CliRunner { WorkingDirectory = _folder.Path }.RunAsync("config", "show");
        Assert.Equal(2, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Contains("MedStreams:Kafka:BootstrapServers (appsettings.json) is 'nowhere'", run.Error, StringComparison.Ordinal);
        Assert.Contains("HOST:PORT", run.Error, StringComparison.Ordinal);
        Assert.Contains("MedStreams:Kafka:Timeout (appsettings.json) is 'soon'", run.Error, StringComparison.Ordinal);
        Assert.Contains("MedStreams:Kafka:Colour (appsettings.json) is no setting", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_misspelt_key_brings_the_one_that_was_meant()
    {
        var run = await CliRun.RunAsync("config", "show", "--set", "Kafka:Timeot=3 s");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("meant is perhaps MedStreams:Kafka:Timeout", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[1, 2]")]
    public async Task A_file_that_is_no_settings_file_is_named(string content)
    {
        _folder.Write("appsettings.json", content);
        var run = await new CliRunner { WorkingDirectory = _folder.Path }.RunAsync("config", "show");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("appsettings.json", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secrets_are_masked()
    {
        var runner = new CliRunner();
        runner.Variables["MEDSTREAMS__KAFKA__CLIENT__SASL_PASSWORD"] = "open sesame";
        runner.Variables["MEDSTREAMS__KAFKA__CLIENT__SASL_USERNAME"] = "ali";
        var run = await runner.RunAsync("config", "show", "--json");
        using var json = JsonDocument.Parse(run.Output);
        var shown = json.RootElement.EnumerateArray()
            .ToDictionary(s => s.GetProperty("key").GetString()!.ToUpperInvariant(), s => s.GetProperty("value").GetString());
        Assert.Equal("ali", shown["MEDSTREAMS:KAFKA:CLIENT:SASL_USERNAME"]);
        Assert.Equal("********", shown["MEDSTREAMS:KAFKA:CLIENT:SASL_PASSWORD"]);
        Assert.DoesNotContain("sesame", run.Output + run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_sees_a_table_and_NO_COLOR_takes_the_colours_away()
    {
        var runner = new CliRunner { Terminal = true };
        var coloured = await runner.RunAsync("config", "show");
        Assert.Contains("\u001b[", coloured.Output, StringComparison.Ordinal);
        runner.Variables["NO_COLOR"] = "1";
        var plain = await runner.RunAsync("config", "show");
        Assert.DoesNotContain("\u001b[", plain.Output, StringComparison.Ordinal);
        Assert.Contains("source", plain.Output, StringComparison.Ordinal);
        var json = await runner.RunAsync("config", "show", "--json");
        Assert.StartsWith("[{\"key\":", json.Output, StringComparison.Ordinal);
    }
}
