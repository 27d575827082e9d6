using System.Globalization;
using System.Text;
using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Tests.Kill;

/// <summary>Compares what the broker holds at the end with what its clients were told.</summary>
internal sealed class Verifier(Wire wire, Ledger ledger, int clients)
{
    /// <summary>Every transaction is there as a whole, once, in its order, or not at all.</summary>
    public async Task CheckTransactionsAsync(IReadOnlyList<CommittedReader> shown)
    {
        var whole = new HashSet<(int, int)>?[Plan.Partitions];
        for (var p = 0; p < Plan.Partitions; p++)
        {
            var reader = new CommittedReader(wire, new(Plan.Out, p));
            await reader.ReadToEndAsync();
            whole[p] = CheckPartition(p, reader);

            // What was shown on the way is what is there now.
            foreach (var (offset, record) in shown[p].Records)
                Assert.Equal(record.Value, reader.Records[offset].Value);
        }

        Assert.All(whole, w => Assert.Equal(whole[0]!.Order(), w!.Order()));
        for (var client = 0; client < clients; client++)
            await CheckOffsetAsync(client, [.. whole[0]!.Where(t => t.Item1 == client).Select(t => t.Item2).Order()]);
        await CheckTableAsync(whole[0]!);
        await CheckShortAsync(whole[0]!);
    }

    /// <summary>Every acknowledged record of an idempotent client is there, once, in its order.</summary>
    public async Task CheckLogAsync(int client, int sent)
    {
        var reader = new CommittedReader(wire, new(Plan.Log, client));
        await reader.ReadToEndAsync();
        Assert.Equal(sent, ledger.Acknowledged[client]);
        Assert.Equal(
            Enumerable.Range(0, sent).Select(i => i.ToString(CultureInfo.InvariantCulture)),
            reader.Records.Values.Select(r => Encoding.UTF8.GetString(r.Value)));
        Assert.Equal(Enumerable.Range(0, sent).Select(i => (long)i), reader.Records.Keys);
    }

    private HashSet<(int Client, int Number)> CheckPartition(int partition, CommittedReader reader)
    {
        var found = new HashSet<(int, int)>();
        var last = Enumerable.Repeat(-1, clients).ToArray();
        var records = reader.Records.Values.Select(r => Plan.Read(r.Value)).ToList();
        for (var i = 0; i < records.Count;)
        {
            // A client's transaction, from its first record on; others' may lie between.
            var (client, number, _, _) = records[i];
            Assert.True(number > last[client], $"Transaction {number} of client {client} is out of order in partition {partition}.");
            last[client] = number;
            var expected = Enumerable.Range(0, 2).SelectMany(
                r => Enumerable.Range(0, Plan.Records(client, number, partition)).Select(n => (client, number, partition, (r * 10) + n)));
            Assert.Equal(expected, records.Where(r => r.Client == client && r.Number == number));
            Assert.NotEqual(Outcome.Aborted, ledger.Find(client, number));
            Assert.True(found.Add((client, number)));
            for (i++; i < records.Count && found.Contains((records[i].Client, records[i].Number)); i++)
            {
                // Checked with the first of them.
            }
        }

        for (var client = 0; client < clients; client++)
            Assert.DoesNotContain(ledger.Numbers(client, Outcome.Committed), n => !found.Contains((client, n)));
        return found;
    }

    /// <summary>The group's offset is that of the last of its client's transactions that has one and is there.</summary>
    private async Task CheckOffsetAsync(int client, IReadOnlyList<int> committed)
    {
        var response = await wire.AskAsync<OffsetFetchRequest, OffsetFetchResponse>(7, new()
        {
            GroupId = Plan.Group(client),
            RequireStable = true,
            Topics = [new() { Name = Plan.In, PartitionIndexes = [0] }],
        });
        var offset = response.Topics[0].Partitions[0];
        Assert.Equal(ErrorCode.None, offset.ErrorCode);
        Assert.Equal(committed.LastOrDefault(n => Plan.HasOffset(client, n), -1), offset.CommittedOffset);
    }

    /// <summary>Compaction keeps the last committed value of each key, and brings back nothing that was aborted.</summary>
    private async Task CheckTableAsync(HashSet<(int Client, int Number)> committed)
    {
        var reader = new CommittedReader(wire, new(Plan.Table, 0));
        await reader.ReadToEndAsync();
        var last = new Dictionary<string, byte[]>();
        foreach (var (_, (key, value)) in reader.Records)
        {
            var (client, number, _, _) = Plan.Read(value);
            Assert.Contains((client, number), committed);
            last[Encoding.UTF8.GetString(key!)] = value;
        }

        var expected = committed.GroupBy(t => Encoding.UTF8.GetString(Plan.Key(t.Client, t.Number)))
            .ToDictionary(g => g.Key, g => g.MaxBy(t => t.Number));
        Assert.Equal(expected.Keys.Order(), last.Keys.Order());
        foreach (var (key, (client, number)) in expected)
            Assert.Equal(Plan.Value(client, number, 0, 1), last[key]);
    }

    /// <summary>Retention takes from the front only.</summary>
    private async Task CheckShortAsync(HashSet<(int Client, int Number)> committed)
    {
        var reader = new CommittedReader(wire, new(Plan.Short, 0));
        await reader.ReadToEndAsync();
        var records = reader.Records.Values.Select(r => Plan.Read(r.Value)).ToList();
        for (var client = 0; client < clients; client++)
        {
            var numbers = records.Where(r => r.Client == client).Select(r => r.Number).ToList();
            Assert.Equal(numbers.Order(), numbers);
            var kept = numbers.Distinct().ToList();
            if (kept.Count > 0)
            {
                Assert.Equal(
                    committed.Where(t => t.Client == client && t.Number >= kept[0]).Select(t => t.Number).Order(), kept);
            }
        }
    }
}
