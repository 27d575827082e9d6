namespace MedStreams.Broker.Protocol;

/// <summary>The APIs of Kafka's protocol that this broker knows, with their numbers.</summary>
internal enum ApiKey : short
{
    /// <summary>Appends record batches.</summary>
    Produce = 0,

    /// <summary>Reads record batches.</summary>
    Fetch = 1,

    /// <summary>Finds offsets by time or at the ends.</summary>
    ListOffsets = 2,

    /// <summary>Names brokers, topics and partitions.</summary>
    Metadata = 3,

    /// <summary>Stores a group's offsets.</summary>
    OffsetCommit = 8,

    /// <summary>Reads a group's offsets.</summary>
    OffsetFetch = 9,

    /// <summary>Names the broker that coordinates a group or a transactional id.</summary>
    FindCoordinator = 10,

    /// <summary>Enters a group.</summary>
    JoinGroup = 11,

    /// <summary>Keeps a member in its group.</summary>
    Heartbeat = 12,

    /// <summary>Leaves a group.</summary>
    LeaveGroup = 13,

    /// <summary>Hands out a group's assignment.</summary>
    SyncGroup = 14,

    /// <summary>Describes groups and their members.</summary>
    DescribeGroups = 15,

    /// <summary>Lists groups.</summary>
    ListGroups = 16,

    /// <summary>Chooses a SASL mechanism.</summary>
    SaslHandshake = 17,

    /// <summary>Names the APIs and their versions.</summary>
    ApiVersions = 18,

    /// <summary>Creates topics.</summary>
    CreateTopics = 19,

    /// <summary>Deletes topics.</summary>
    DeleteTopics = 20,

    /// <summary>Moves the start of partitions.</summary>
    DeleteRecords = 21,

    /// <summary>Gives a producer its id and epoch.</summary>
    InitProducerId = 22,

    /// <summary>Finds the end of a leader epoch.</summary>
    OffsetForLeaderEpoch = 23,

    /// <summary>Adds partitions to a transaction.</summary>
    AddPartitionsToTxn = 24,

    /// <summary>Adds a group's offsets to a transaction.</summary>
    AddOffsetsToTxn = 25,

    /// <summary>Commits or aborts a transaction.</summary>
    EndTxn = 26,

    /// <summary>Stores offsets within a transaction.</summary>
    TxnOffsetCommit = 28,

    /// <summary>Lists access rules.</summary>
    DescribeAcls = 29,

    /// <summary>Creates access rules.</summary>
    CreateAcls = 30,

    /// <summary>Deletes access rules.</summary>
    DeleteAcls = 31,

    /// <summary>Reads settings of topics and brokers.</summary>
    DescribeConfigs = 32,

    /// <summary>Replaces settings.</summary>
    AlterConfigs = 33,

    /// <summary>Describes data directories.</summary>
    DescribeLogDirs = 35,

    /// <summary>Carries one SASL message.</summary>
    SaslAuthenticate = 36,

    /// <summary>Adds partitions to topics.</summary>
    CreatePartitions = 37,

    /// <summary>Deletes groups.</summary>
    DeleteGroups = 42,

    /// <summary>Changes single settings.</summary>
    IncrementalAlterConfigs = 44,

    /// <summary>Deletes a group's offsets.</summary>
    OffsetDelete = 47,

    /// <summary>Lists users with SCRAM credentials.</summary>
    DescribeUserScramCredentials = 50,

    /// <summary>Changes users' SCRAM credentials.</summary>
    AlterUserScramCredentials = 51,

    /// <summary>Describes the cluster.</summary>
    DescribeCluster = 60,

    /// <summary>Lists the producers of partitions.</summary>
    DescribeProducers = 61,

    /// <summary>Describes transactions.</summary>
    DescribeTransactions = 65,

    /// <summary>Lists transactions.</summary>
    ListTransactions = 66,
}
