using System.Text.Json;
using MedStreams.Monitoring.Lag.ConsumerOffsets;

namespace MedStreams.Golden.Tests.Lag;

/// <summary>The records of <c>__consumer_offsets</c> as Kafka writes them, read for the lag.</summary>
public sealed class GroupRecordGoldenTests
{
    private static readonly byte[] AnyCommit = Convert.FromHexString("0001000167000174" + "00000005"); // group g, topic t, partition 5
    private static readonly byte[] AnyGroup = Convert.FromHexString("0002000167");

    [Fact]
    public void Keys_and_values_are_read_as_Kafka_wrote_them()
    {
        var tally = new Tally("lag records of groups");
        foreach (var file in GoldenFolder.Files("protocol", "other*.json"))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var one in document.RootElement.GetProperty("cases").EnumerateArray())
            {
                var kind = one.GetProperty("kind").GetString()!;
                var json = one.GetProperty("json");
                Func<byte[], bool>? isRead = kind switch
                {
                    "OffsetCommitKey" => bytes => GroupRecord.TryRead(bytes, [], isTombstone: true) is CommitGone gone
                        && gone.Group == json.GetProperty("group").GetString() && gone.Partition.Topic == json.GetProperty("topic").GetString()
                        && gone.Partition.Partition == json.GetProperty("partition").GetInt32(),
                    "GroupMetadataKey" => bytes => GroupRecord.TryRead(bytes, [], isTombstone: true) is GroupGone gone
                        && gone.Group == json.GetProperty("group").GetString(),
                    "OffsetCommitValue" => bytes => GroupRecord.TryRead(AnyCommit, bytes, isTombstone: false) is Commit commit
                        && commit.Offset == json.GetProperty("offset").GetInt64() && commit.Timestamp == json.GetProperty("commitTimestamp").GetInt64(),
                    "GroupMetadataValue" => bytes => GroupRecord.TryRead(AnyGroup, bytes, isTombstone: false) is GroupMembers members
                        && members.Members.Select(m => (m.ClientId, m.Host)).SequenceEqual(json.GetProperty("members").EnumerateArray().Select(
                            m => (m.GetProperty("clientId").GetString()!, m.GetProperty("clientHost").GetString()!))),
                    _ => null,
                };
                if (isRead is null)
                    continue;
                var whole = Convert.FromHexString(one.GetProperty("versionPrefixedHex").GetString()!);
                tally.Count(kind, isRead(whole) ? null : "is read otherwise");
                for (var length = 0; length < whole.Length; length += 3)
                    _ = kind.EndsWith("Key", StringComparison.Ordinal) ? GroupRecord.TryRead(whole.AsSpan(0, length), [], isTombstone: true) : GroupRecord.TryRead(AnyGroup, whole.AsSpan(0, length), isTombstone: false);
            }
        }

        tally.Close();
    }
}
