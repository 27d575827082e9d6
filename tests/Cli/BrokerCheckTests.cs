using System.Text.Json;
using Confluent.Kafka;
using MedStreams.Broker;

namespace MedStreams.Cli.Tests;

/// <summary><c>broker --check</c> on folders as a stop, a kill and damage leave them.</summary>
public sealed class BrokerCheckTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Data => Path.Combine(_folder.Path, "data");

    private string Log => Path.Combine(Data, "t-0", "00000000000000000000.log");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_folder_left_in_order_is_sound_and_stays_as_it_is()
    {
        await FillAsync();
        var before = Everything();
        var run = await CliRun.RunAsync("broker", "--check", Data);
        Assert.True(run.ExitCode == 0, run.Error);
        var partition = run.Lines.Single(l => l.StartsWith("partition\tt-0\t", StringComparison.Ordinal)).Split('\t');
        Assert.Equal(["1", "50", "50", "0", "50", "50", "50"], [partition[2], .. partition[4..]]);
        Assert.DoesNotContain(run.Lines, l => !l.StartsWith("partition\t", StringComparison.Ordinal));
        Assert.Contains("is sound", run.Error, StringComparison.Ordinal);
        Assert.Equal(before, Everything());
    }

    [Fact]
    public async Task A_torn_end_is_recoverable_and_told()
    {
        await FillAsync();
        File.Delete(Path.Combine(Data, ".clean-shutdown"));
        var whole = await File.ReadAllBytesAsync(Log, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(Log, [.. whole, .. whole[..40]], TestContext.Current.CancellationToken);
        var before = Everything();

        var run = await CliRun.RunAsync("broker", "--check", Data, "--json");
        Assert.True(run.ExitCode == 1, run.Error);
        Assert.Equal(before, Everything());
        var report = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal("recoverable", report.GetProperty("result").GetString());
        Assert.False(report.GetProperty("stoppedInOrder").GetBoolean());
        var cut = report.GetProperty("changes").EnumerateArray().Single(c => c.GetProperty("change").GetString() == "cut");
        Assert.Equal("t-0/00000000000000000000.log", cut.GetProperty("path").GetString());
        Assert.Equal(40, cut.GetProperty("bytes").GetInt64());
        Assert.Equal(50, report.GetProperty("partitions").EnumerateArray().Single(p => p.GetProperty("topic").GetString() == "t").GetProperty("next").GetInt64());
    }

    [Fact]
    public async Task Damage_in_the_middle_is_told_whether_the_start_would_trust_it_or_cut_there()
    {
        await FillAsync();
        var whole = await File.ReadAllBytesAsync(Log, TestContext.Current.CancellationToken);
        whole[whole.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(Log, whole, TestContext.Current.CancellationToken);

        var trusted = await CliRun.RunAsync("broker", "--check", Data);
        Assert.True(trusted.ExitCode == 2, trusted.Error);
        Assert.Contains(trusted.Lines, l => l.StartsWith("damage\tt-0/00000000000000000000.log\t", StringComparison.Ordinal));

        // Without a recovery point the next start reads everything, and would cut off what stands behind the damage.
        File.Delete(Path.Combine(Data, ".clean-shutdown"));
        foreach (var snapshot in Directory.EnumerateFiles(Path.Combine(Data, "t-0"), "*.snapshot"))
            File.Delete(snapshot);
        var cut = await CliRun.RunAsync("broker", "--check", Data);
        Assert.True(cut.ExitCode == 2, cut.Error + cut.Output);
        Assert.Contains("whole batches with it", cut.Lines.Single(l => l.StartsWith("loss\t", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("would lose", cut.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_in_use_or_no_data_directory_is_not_checked()
    {
        await using var broker = new EmbeddedBroker(new BrokerOptions { DataDirectory = Data, Port = 0 });
        await broker.StartAsync(TestContext.Current.CancellationToken);
        var used = await CliRun.RunAsync("broker", "--check", Data);
        Assert.True(used.ExitCode == 3, used.Error);
        var none = await CliRun.RunAsync("broker", "--check", _folder.Path);
        Assert.True(none.ExitCode == 3, none.Error);
    }

    private async Task FillAsync()
    {
        await using var broker = new EmbeddedBroker(new BrokerOptions { DataDirectory = Data, Port = 0 });
        await broker.StartAsync(TestContext.Current.CancellationToken);
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = broker.BootstrapServers, LingerMs = 0 }).Build();
        for (var i = 0; i < 50; i++)
            await producer.ProduceAsync("t", new() { Value = "some value" }, TestContext.Current.CancellationToken);
    }

    private Dictionary<string, string> Everything() => Directory.EnumerateFiles(Data, "*", SearchOption.AllDirectories)
        .ToDictionary(path => path, path => $"{Convert.ToHexString(File.ReadAllBytes(path))} {File.GetLastWriteTimeUtc(path):O}");
}
