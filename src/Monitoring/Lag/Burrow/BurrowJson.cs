using System.Text.Json;

namespace MedStreams.Monitoring.Lag;

/// <summary>What Burrow's answers hold, under its names.</summary>
internal static class BurrowJson
{
    /// <summary>A group's topics with the windows of their partitions.</summary>
    public static void WriteTopics(Utf8JsonWriter json, IReadOnlyDictionary<string, IReadOnlyList<PartitionWindow>> topics)
    {
        json.WriteStartObject("topics");
        foreach (var (topic, partitions) in topics.OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            json.WriteStartArray(topic);
            foreach (var partition in partitions)
            {
                json.WriteStartObject();
                json.WriteStartArray("offsets");
                foreach (var commit in partition.Commits)
                    WriteValue(json, commit);
                json.WriteEndArray();
                json.WriteString("owner", partition.Owner);
                json.WriteString("client_id", partition.ClientId);
                json.WriteNumber("current-lag", partition.CurrentLag);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>A group's status.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="cluster">The group's cluster.</param>
    /// <param name="group">The group.</param>
    /// <param name="lag">Its status.</param>
    /// <param name="isComplete">Whether partitions that are OK are listed too.</param>
    public static void WriteStatus(Utf8JsonWriter json, string cluster, string group, GroupLag lag, bool isComplete)
    {
        json.WriteStartObject("status");
        json.WriteString("cluster", cluster);
        json.WriteString("group", group);
        json.WriteString("status", Word(lag.Status));
        json.WriteNumber("complete", lag.Complete);
        json.WriteStartArray("partitions");
        foreach (var partition in lag.Partitions.Where(p => isComplete || p.Status != PartitionStatus.Ok))
            WriteValue(json, partition);
        json.WriteEndArray();
        json.WriteNumber("partition_count", lag.Partitions.Count);
        json.WritePropertyName("maxlag");
        if (lag.MaxLag is { } most)
            WriteValue(json, most);
        else
            json.WriteNullValue();
        json.WriteNumber("totallag", lag.TotalLag);
        json.WriteEndObject();
    }

    /// <summary>A status in capitals.</summary>
    public static string Word<T>(T status)
        where T : struct, Enum => status.ToString().ToUpperInvariant();

    private static void WriteValue(Utf8JsonWriter json, PartitionLag partition)
    {
        json.WriteStartObject();
        json.WriteString("topic", partition.Topic);
        json.WriteNumber("partition", partition.Partition);
        json.WriteString("owner", partition.Owner);
        json.WriteString("client_id", partition.ClientId);
        json.WriteString("status", Word(partition.Status));
        json.WritePropertyName("start");
        WriteValue(json, partition.Start);
        json.WritePropertyName("end");
        WriteValue(json, partition.End);
        json.WriteNumber("current_lag", partition.CurrentLag);
        json.WriteNumber("complete", partition.Complete);
        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, CommitSample? commit)
    {
        if (commit is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        json.WriteNumber("offset", commit.Offset);
        json.WriteNumber("timestamp", commit.Timestamp);
        json.WriteNumber("observedAt", commit.ObservedTimestamp);
        json.WritePropertyName("lag");
        if (commit.Lag is { } lag)
            json.WriteNumberValue(lag);
        else
            json.WriteNullValue();
        json.WriteEndObject();
    }
}
