using System.Diagnostics.CodeAnalysis;

namespace MedStreams.Broker.Protocol;

/// <summary>The APIs of the broker and their versions: the one place that says what is advertised and served.</summary>
/// <remarks>
/// Traps of negotiation. librdkafka 2.0 stops compressing unless Produce's range starts at 0 and recognises features by
/// versions inside the ranges; kafkajs ignores the lowest versions and throws on a key that is missing; kafka-python
/// guesses the broker's age from the ranges and sends Metadata 0. So Produce 0 to 2 are advertised, though only 3 and
/// later (magic 2) are served.
/// </remarks>
internal static class ApiTable
{
    private const short None = short.MaxValue;

    private static readonly ApiDescription?[] ByKey = Index();

    /// <summary>All APIs by ascending key.</summary>
    public static IReadOnlyList<ApiDescription> All { get; } = [.. ByKey.OfType<ApiDescription>()];

    /// <summary>The API of a key, or null if there is none.</summary>
    public static ApiDescription? Find(ApiKey key) =>
        (uint)key < (uint)ByKey.Length ? ByKey[(int)key] : null;

    /// <summary>The API of a key that is known to exist.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such API.</exception>
    public static ApiDescription Get(ApiKey key) => Find(key) ?? Unknown(key);

    private static ApiDescription?[] Index()
    {
        ApiDescription[] table =
        [
            // key, highest version of the codec, advertised, first flexible version
            Row(ApiKey.Produce, 11, 0, 11, 9, servedFrom: 3),
            Row(ApiKey.Fetch, 12, 4, 12, 12),
            Row(ApiKey.ListOffsets, 7, 0, 7, 6),
            Row(ApiKey.Metadata, 12, 0, 12, 9),
            Row(ApiKey.OffsetCommit, 9, 1, 8, 8),
            Row(ApiKey.OffsetFetch, 9, 1, 8, 6),
            Row(ApiKey.FindCoordinator, 6, 0, 4, 3),
            Row(ApiKey.JoinGroup, 9, 0, 9, 6),
            Row(ApiKey.Heartbeat, 4, 0, 4, 4),
            Row(ApiKey.LeaveGroup, 5, 0, 5, 4),
            Row(ApiKey.SyncGroup, 5, 0, 5, 4),
            Row(ApiKey.DescribeGroups, 5, 0, 5, 5),
            Row(ApiKey.ListGroups, 5, 0, 4, 3),
            Row(ApiKey.SaslHandshake, 1, 0, 1, None),
            Row(ApiKey.ApiVersions, 4, 0, 4, 3),
            Row(ApiKey.CreateTopics, 7, 0, 7, 5),
            Row(ApiKey.DeleteTopics, 6, 0, 6, 4),
            Row(ApiKey.DeleteRecords, 2, 0, 2, 2),
            Row(ApiKey.InitProducerId, 5, 0, 4, 2),
            Row(ApiKey.OffsetForLeaderEpoch, 4, 2, 4, 4),
            Row(ApiKey.AddPartitionsToTxn, 3, 0, 3, 3),
            Row(ApiKey.AddOffsetsToTxn, 4, 0, 3, 3),
            Row(ApiKey.EndTxn, 4, 0, 4, 3),
            Row(ApiKey.TxnOffsetCommit, 4, 0, 4, 3),
            Row(ApiKey.DescribeAcls, 3, 0, 3, 2),
            Row(ApiKey.CreateAcls, 3, 0, 3, 2),
            Row(ApiKey.DeleteAcls, 3, 0, 3, 2),
            Row(ApiKey.DescribeConfigs, 4, 0, 4, 4),
            Row(ApiKey.AlterConfigs, 2, 0, 2, 2),
            Row(ApiKey.DescribeLogDirs, 4, 0, 4, 2),
            Row(ApiKey.SaslAuthenticate, 2, 0, 2, 2),
            Row(ApiKey.CreatePartitions, 3, 0, 3, 2),
            Row(ApiKey.DeleteGroups, 2, 0, 2, 2),
            Row(ApiKey.IncrementalAlterConfigs, 1, 0, 1, 1),
            Row(ApiKey.OffsetDelete, 0, 0, 0, None),
            Row(ApiKey.DescribeUserScramCredentials, 0, 0, 0, 0),
            Row(ApiKey.AlterUserScramCredentials, 0, 0, 0, 0),
            Row(ApiKey.DescribeCluster, 1, 0, 1, 0),
            Row(ApiKey.DescribeProducers, 0, 0, 0, 0),
            Row(ApiKey.DescribeTransactions, 0, 0, 0, 0),
            Row(ApiKey.ListTransactions, 1, 0, 1, 0),
        ];
        var byKey = new ApiDescription?[(int)table.Max(a => a.Key) + 1];
        foreach (var api in table)
            byKey[(int)api.Key] = api;
        return byKey;
    }

    private static ApiDescription Row(ApiKey key, short known, short lowest, short highest, short flexible) =>
        Row(key, known, lowest, highest, flexible, servedFrom: lowest);

    private static ApiDescription Row(
        ApiKey key, short known, short lowest, short highest, short flexible, short servedFrom) =>
        new(key, new(0, known), new(lowest, highest), new(servedFrom, highest), flexible);

    [DoesNotReturn]
    private static ApiDescription Unknown(ApiKey key) =>
        throw new ArgumentOutOfRangeException(nameof(key), key, "No such API.");
}
