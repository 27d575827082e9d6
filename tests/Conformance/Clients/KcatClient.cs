using System.Globalization;
using System.Text;

namespace MedStreams.Conformance.Tests;

/// <summary>kcat: a process for each task.</summary>
internal sealed class KcatClient(string servers) : KafkaClient("kcat")
{
    private static readonly (string, byte[]?)[] Sent = [("unit", "mmHg"u8.ToArray()), ("device", "7"u8.ToArray())];

    /// <summary>Lines with a text before and one after the first colon; the headers are those of the whole run.</summary>
    public override IReadOnlyList<ClientRecord> Sendable(IEnumerable<ClientRecord> records) =>
    [
        .. records.Where(r => IsText(r.Key) && IsText(r.Value)).Select(
            r => new ClientRecord(r.Partition, r.Key, r.Value, Sent, r.Timestamp)),
    ];

    public override async Task ProduceAsync(string topic, string codec, bool idempotent, IReadOnlyList<ClientRecord> records)
    {
        foreach (var partition in records.GroupBy(r => r.Partition))
        {
            var lines = partition.Select(r => $"{Encoding.UTF8.GetString(r.Key!)}:{Encoding.UTF8.GetString(r.Value!)}\n");
            await RunAsync(
                string.Concat(lines), "-P", "-t", topic, "-p", partition.Key.ToString(CultureInfo.InvariantCulture), "-K:",
                "-z", codec, "-H", "unit=mmHg", "-H", "device=7", "-X", $"enable.idempotence={(idempotent ? "true" : "false")}");
        }
    }

    public override async Task<ILookup<string, ClientRecord>> ConsumeAsync(IReadOnlyDictionary<string, int> topics, bool committed)
    {
        var output = await RunAsync(
            null,
            ["-G", $"kcat-{Guid.NewGuid():N}", "-e", "-q", "-X", "auto.offset.reset=earliest", "-X", "check.crcs=true",
                "-X", "fetch.wait.max.ms=50",
                "-X", $"isolation.level={(committed ? "read_committed" : "read_uncommitted")}",
                "-f", "%t %p %o %T %K %S\\n%k%s%h\\n", .. topics.Keys]);
        return Parse(Encoding.Latin1.GetBytes(output)).ToLookup(r => r.Topic, r => r.Record);
    }

    public override async Task<IReadOnlyList<byte[]?>> RelayAsync(string group, string topic, int count)
    {
        var output = await RunAsync(
            null, "-G", group, "-c", count.ToString(CultureInfo.InvariantCulture), "-q", "-X", "auto.offset.reset=earliest",
            "-X", "partition.assignment.strategy=range", topic);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Encoding.Latin1.GetBytes)];
    }

    /// <summary>Runs kcat to its end; bytes above 127 stand for themselves.</summary>
    public async Task<string> RunAsync(string? input, params string[] arguments)
    {
        var (code, output, error) = await OutsideProgram.RunAsync(
            "kcat", input, Encoding.Latin1, ["-b", servers, .. arguments]);
        Assert.True(code == 0, error);
        return output;
    }

    public override ValueTask DisposeAsync() => default;

    private static bool IsText(byte[]? bytes) => bytes is { Length: > 0 and < 1000 } && bytes.All(b => b is > 32 and < 127 and not (byte)':');

    private static IEnumerable<(string Topic, ClientRecord Record)> Parse(byte[] output)
    {
        var at = 0;
        while (at < output.Length)
        {
            var numbers = Encoding.ASCII.GetString(Until((byte)'\n')).Split(' ');
            var (keyLength, valueLength) = (Number(4), Number(5));
            var key = Take(keyLength);
            var value = Take(valueLength);
            var headers = Encoding.Latin1.GetString(Until((byte)'\n'));
            yield return (numbers[0], new ClientRecord((int)Number(1), key, value, [], Number(3), Number(2)) { HeaderText = headers });

            long Number(int index) => long.Parse(numbers[index], CultureInfo.InvariantCulture);
        }

        byte[]? Take(long length)
        {
            if (length < 0)
                return null;
            at += (int)length;
            return output[(at - (int)length)..at];
        }

        byte[] Until(byte end)
        {
            var start = at;
            at = Array.IndexOf(output, end, at) + 1;
            return output[start..(at - 1)];
        }
    }
}
