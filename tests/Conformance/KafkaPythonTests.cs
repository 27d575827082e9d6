using MedStreams.Broker;
using MedStreams.Support;

namespace MedStreams.Conformance.Tests;

/// <summary>kafka-python, as Debian ships it, against the broker.</summary>
public sealed class KafkaPythonTests
{
    private const string Python = "/usr/bin/python3";

    [Fact]
    public async Task A_consumer_group_shares_takes_over_and_goes_on()
    {
        Assert.SkipUnless(await HasKafkaAsync(), "not run: there is no kafka-python for /usr/bin/python3");
        var directory = Directory.CreateTempSubdirectory("medstreams-python-").FullName;
        try
        {
            await using var broker = new EmbeddedBroker(new BrokerOptions { DataDirectory = directory, Port = 0 });
            await broker.StartAsync(TestContext.Current.CancellationToken);
            var script = Path.Combine(Repository.Root, "tests", "Conformance", "python", "group.py");
            var (code, output, error) = await RunAsync(script, broker.BootstrapServers);
            Assert.True(code == 0, error + output);
            Assert.Equal(
                [
                    "shared [0, 1, 2, 3]",
                    "read 40",
                    "took over [0, 1, 2, 3]",
                    "described Stable 1",
                    "listed True",
                    "offsets [(0, 10), (1, 10), (2, 10), (3, 10)]",
                    "went on [40, 41, 42, 43]",
                ],
                output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task Records_and_topics_are_served()
    {
        Assert.SkipUnless(await HasKafkaAsync(), "not run: there is no kafka-python for /usr/bin/python3");
        var directory = Directory.CreateTempSubdirectory("medstreams-python-").FullName;
        try
        {
            await using var broker = new EmbeddedBroker(new BrokerOptions { DataDirectory = directory, Port = 0 });
            await broker.StartAsync(TestContext.Current.CancellationToken);
            var script = Path.Combine(Repository.Root, "tests", "Conformance", "python", "records.py");
            var (code, output, error) = await RunAsync(script, broker.BootstrapServers);
            Assert.True(code == 0, error + output);
            Assert.Equal(
                ["partitions 3", "read 300 distinct 300", "ends [102, 102, 96]", "by time [1, 1, 1]", "left False"],
                output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task<bool> HasKafkaAsync() =>
        File.Exists(Python) && (await RunAsync("-c", "import kafka")).Code == 0;

    private static Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) =>
        OutsideProgram.RunAsync(Python, input: null, OutsideProgram.Utf8, arguments);
}
