using System.Text.Json;
using MedStreams.Broker.Records;

namespace MedStreams.Golden.Tests.Protocol;

public sealed class BatchGoldenTests
{
    [Fact]
    public void Batches_are_read_and_spoiled_ones_found_out_as_Kafka_does()
    {
        var batches = new Tally("record batches");
        var spoiled = new Tally("spoiled batches");
        ForEachCase((name, golden, bytes) =>
        {
            if (!golden.TryGetProperty("batches", out var expected))
                spoiled.Count(name, ReadsToTheEnd(bytes) ? "nothing was found" : null);
            else if (!expected.EnumerateArray().All(b => CompressionCodec.Get(BatchJson.Compression(b)).IsAvailable))
                batches.NotServed();
            else
                batches.Count(name, Compare(expected, bytes));
        });
        batches.Close();
        spoiled.Close();
    }

    [Fact]
    public void Batches_and_markers_are_written_as_Kafka_does()
    {
        var batches = new Tally("written batches");
        var markers = new Tally("written markers");
        ForEachCase((name, golden, bytes) =>
        {
            if (!golden.TryGetProperty("batches", out var expected))
                return;
            foreach (var (json, batch) in expected.EnumerateArray().Zip(Split(bytes)))
            {
                if (json.GetProperty("control").GetBoolean())
                    markers.Count(name, Rewritten(BatchJson.RebuildMarker(json), batch));
                else if (BatchJson.Compression(json) != CompressionType.None || BatchJson.IsLogAppendTime(json))
                    batches.NotServed();
                else
                    batches.Count(name, Rewritten(BatchJson.Rebuild(json), batch));
            }
        });
        batches.Close();
        markers.Close();
    }

    [Fact]
    public void Keys_go_to_the_partitions_that_Kafka_chooses()
    {
        var tally = new Tally("partitioner");
        foreach (var file in GoldenFolder.Files("protocol", "batches*.json"))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var golden in document.RootElement.GetProperty("partitioner").EnumerateArray())
            {
                var hex = golden.GetProperty("keyHex").GetString()!;
                var key = Convert.FromHexString(hex);
                var same = DefaultPartitioner.Murmur2(key) == golden.GetProperty("murmur2").GetInt32()
                    && DefaultPartitioner.PartitionOf(key, 4) == golden.GetProperty("of4").GetInt32()
                    && DefaultPartitioner.PartitionOf(key, 7) == golden.GetProperty("of7").GetInt32();
                tally.Count(hex, same ? null : "another hash or partition");
            }
        }

        tally.Close();
    }

    private static void ForEachCase(Action<string, JsonElement, byte[]> check)
    {
        foreach (var file in GoldenFolder.Files("protocol", "batches*.json"))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            var number = 0;
            foreach (var golden in document.RootElement.GetProperty("cases").EnumerateArray())
            {
                var bytes = Convert.FromHexString(golden.GetProperty("hex").GetString()!);
                check($"{Path.GetFileName(file)} case {number++}", golden, bytes);
            }
        }
    }

    private static bool ReadsToTheEnd(byte[] bytes)
    {
        var reader = new BatchReader(bytes, checkCrc: true);
        while (reader.MoveNext())
        {
        }

        return reader.Fault == BatchFault.None;
    }

    private static string? Compare(JsonElement expected, byte[] bytes)
    {
        var reader = new BatchReader(bytes, checkCrc: true);
        foreach (var json in expected.EnumerateArray())
        {
            if (!reader.MoveNext())
                return $"batch {json.GetProperty("baseOffset")} is refused: {reader.Fault}";
            if (BatchJson.Difference(json, reader.Current) is { } difference)
                return $"batch {json.GetProperty("baseOffset")}: {difference}";
        }

        return reader.MoveNext() || reader.Fault != BatchFault.None ? $"after the last batch: {reader.Fault}" : null;
    }

    private static List<byte[]> Split(byte[] bytes)
    {
        var batches = new List<byte[]>();
        foreach (var batch in new BatchReader(bytes, checkCrc: false))
            batches.Add(batch.Bytes.ToArray());
        return batches;
    }

    private static string? Rewritten(byte[] ours, byte[] kafkas) =>
        ours.AsSpan().SequenceEqual(kafkas)
            ? null
            : $"{Convert.ToHexString(ours)} instead of {Convert.ToHexString(kafkas)}";
}
