using System.Text;

namespace MedStreams.Conformance.Tests;

/// <summary>What each client writes, each client reads: keys, values, headers, timestamps, offsets, in every codec.</summary>
public sealed class EveryClientTests(TestBroker broker) : IClassFixture<TestBroker>
{
    private const int Partitions = 3;
    private const long Time = 1_700_000_000_000;

    [Fact]
    public async Task What_any_client_writes_every_client_reads_the_same()
    {
        var clients = broker.Clients.All();
        var records = Records();
        var sent = new Dictionary<string, (KafkaClient By, string Codec, IReadOnlyList<ClientRecord> Records)>();
        foreach (var client in clients)
        {
            foreach (var codec in client.Codecs)
                sent[$"all.{client.Name}.{codec}"] = (client, codec, client.Sendable(records));
        }

        await broker.CreateTopicsAsync(sent.Keys, Partitions);
        foreach (var (topic, (client, codec, what)) in sent)
            await client.ProduceAsync(topic, codec, idempotent: client.IsIdempotent && codec != "gzip", what);

        await CompareAsync(clients, sent, Partitions, timestamps: true);
    }

    /// <summary>The broker looks into these batches, whoever compressed them: a record without a key is refused.</summary>
    [Fact]
    public async Task Compacted_topics_take_what_any_client_compresses()
    {
        var clients = broker.Clients.All();
        var records = Records().Where(r => r.Key is not null).Select(r => r with { Partition = 0 }).ToList();
        var sent = new Dictionary<string, (KafkaClient By, string Codec, IReadOnlyList<ClientRecord> Records)>();
        foreach (var client in clients)
        {
            foreach (var codec in client.Codecs)
                sent[$"compact.{client.Name}.{codec}"] = (client, codec, client.Sendable(records));
        }

        await broker.CreateTopicsAsync(sent.Keys, 1, ("cleanup.policy", "compact"));
        foreach (var (topic, (client, codec, what)) in sent)
        {
            await client.ProduceAsync(topic, codec, idempotent: false, what);
            if (client is AgentClient or NetClient)
            {
                await Assert.ThrowsAnyAsync<Exception>(
                    () => client.ProduceAsync(topic, codec, idempotent: false, [new(0, null, "v"u8.ToArray(), [], Time)]));
            }
        }

        await CompareAsync(clients, sent, 1, timestamps: true);
    }

    [Fact]
    public async Task The_broker_stamps_what_any_client_sends_where_the_topic_says_so()
    {
        var clients = broker.Clients.All();
        var records = Records();
        var sent = clients.ToDictionary(
            c => $"stamped.{c.Name}", c => (By: c, Codec: c.Codecs[^1], Records: c.Sendable(records)));
        var before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        await broker.CreateTopicsAsync(sent.Keys, Partitions, ("message.timestamp.type", "LogAppendTime"));
        foreach (var (topic, (client, codec, what)) in sent)
            await client.ProduceAsync(topic, codec, idempotent: false, what);

        var read = await CompareAsync(clients, sent, Partitions, timestamps: false);
        Assert.All(read, r => Assert.InRange(r.Timestamp, before, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()));
    }

    /// <summary>Every client's view of the topics is what was sent; their timestamps agree with one another.</summary>
    /// <returns>Everything as the first client read it.</returns>
    private static async Task<List<ClientRecord>> CompareAsync(
        IReadOnlyList<KafkaClient> clients,
        Dictionary<string, (KafkaClient By, string Codec, IReadOnlyList<ClientRecord> Records)> sent,
        int partitions,
        bool timestamps)
    {
        Dictionary<string, List<ClientRecord>>? first = null;
        foreach (var client in clients)
        {
            var topics = sent.Where(t => client.Codecs.Contains(t.Value.Codec)).ToDictionary(t => t.Key, _ => partitions);
            var read = await client.ConsumeAsync(topics, committed: true);
            foreach (var topic in topics.Keys)
            {
                var (by, codec, records) = sent[topic];
                var expected = Placed(records);
                var actual = read[topic].OrderBy(r => r.Partition).ThenBy(r => r.Offset).ToList();
                AssertSame(expected, actual, timestamps && by.SendsTimestamps, client, topic);
                if (first is not null)
                    AssertSame(first[topic], actual, timestamp: true, client, topic);
            }

            first ??= topics.Keys.ToDictionary(t => t, t => read[t].OrderBy(r => r.Partition).ThenBy(r => r.Offset).ToList());
        }

        return [.. first!.Values.SelectMany(r => r)];
    }

    private static void AssertSame(
        IReadOnlyList<ClientRecord> expected, IReadOnlyList<ClientRecord> actual, bool timestamp, KafkaClient client, string topic)
    {
        var wanted = expected.Select(r => r.Show(timestamp, client)).ToList();
        var got = actual.Select(r => r.Show(timestamp, client)).ToList();
        Assert.True(
            wanted.SequenceEqual(got),
            $"{client.Name} reads {topic} otherwise: lacks {string.Join("; ", wanted.Except(got).Take(3))}, "
            + $"has {string.Join("; ", got.Except(wanted).Take(3))}; {wanted.Count} expected, {got.Count} read.");
    }

    /// <summary>Records as they lie in their partitions.</summary>
    private static List<ClientRecord> Placed(IReadOnlyList<ClientRecord> records) =>
        [.. records.GroupBy(r => r.Partition).OrderBy(p => p.Key).SelectMany(p => p.Select((r, i) => r with { Offset = i }))];

    private static List<ClientRecord> Records()
    {
        var random = new Random(7);
        var noise = new byte[70_000];
        random.NextBytes(noise);
        var all = new byte[256];
        for (var i = 0; i < all.Length; i++)
            all[i] = (byte)i;
        (byte[]? Key, byte[]? Value, (string, byte[]?)[] Headers)[] kinds =
        [
            (Bytes("k"), Bytes("v"), []),
            (null, Bytes("no-key"), []),
            (Bytes("gone"), null, []),
            (null, null, []),
            ([], [], []),
            (all, all, [("all", all)]),
            (Bytes("Übergröße"), Bytes("日本語 ☃"), [("größe", Bytes("plain"))]),
            (Bytes("noise"), noise, [("a", Bytes("1")), ("a", Bytes("2")), ("b", Bytes("3"))]),
            (Bytes("long"), Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 15_000).Select(i => $"OBX|{i}|NM\r"))), []),
            (Bytes("h0"), Bytes("x"), [("empty", [])]),
            (Bytes("h1"), Bytes("x"), [("null", null), ("text", Bytes("t"))]),
            (Bytes("h2"), Bytes("x"), [("bytes", [0, 255, 10, 13])]),
        ];
        var records = new List<ClientRecord>();
        for (var i = 0; i < 120; i++)
        {
            var (key, value, headers) = kinds[i % kinds.Length];

            // Not every one later than the one before.
            records.Add(new ClientRecord(i % Partitions, key, value, headers, Time + (i * 1000) - (i % 7 * 2500)));
            records.Add(new ClientRecord(i % Partitions, Bytes($"key-{i}"), Bytes($"value-{i}"), [], Time + i));
        }

        return records;
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
