using System.Text.Json;
using System.Text.Json.Nodes;

namespace MedStreams.Conformance.Tests;

/// <summary>What administrators do with each client, and what they are told when it is wrong.</summary>
public sealed class AdminTests(TestBroker broker) : IClassFixture<TestBroker>
{
    [Fact]
    public Task Confluent_python_manages_topics() => CheckAsync("confluent-python",
    [
        """["created", null]""",
        """["created twice", "TOPIC_ALREADY_EXISTS"]""",
        """["only validated", null]""",
        """["bad name", "TOPIC_EXCEPTION"]""",
        """["bad factor", "INVALID_REPLICATION_FACTOR"]""",
        """["bad setting", "INVALID_CONFIG"]""",
        """["widened", null]""",
        """["narrowed", "INVALID_PARTITIONS"]""",
        """["described", ["1234567", true]]""",
        """["altered", null]""",
        """["described", ["7654321", true]]""",
        """["partitions", 3]""",
        """["deleted", null]""",
        """["deleted twice", "UNKNOWN_TOPIC_OR_PART"]""",
        """["left", []]""",
    ]);

    [Fact]
    public Task Kafka_python_manages_topics_and_groups() => CheckAsync("kafka-python",
    [
        """["created", null]""",
        """["created twice", "TopicAlreadyExistsError"]""",
        """["only validated", null]""",
        """["bad name", "InvalidTopicError"]""",
        """["bad factor", "InvalidReplicationFactorError"]""",
        """["bad setting", "InvalidConfigurationError"]""",
        """["widened", null]""",
        """["narrowed", "InvalidPartitionsError"]""",
        """["described", ["1234567", true]]""",
        """["altered", null]""",
        """["described", ["7654321", true]]""",
        """["partitions", 3]""",
        """["group", ["Empty", true]]""",
        """["offsets", [[0, 7, "note"]]]""",
        """["group deleted", ["NoError"]]""",
        """["group deleted twice", ["GroupIdNotFoundError"]]""",
        """["deleted", null]""",
        """["deleted twice", "UnknownTopicOrPartitionError"]""",
        """["left", []]""",
    ]);

    [Fact]
    public Task Kafkajs_manages_topics_and_groups() => CheckAsync("kafkajs",
    [
        """["created", true]""",
        """["created twice", false]""",
        """["only validated", true]""",
        """["bad name", "INVALID_TOPIC_EXCEPTION"]""",
        """["bad factor", "INVALID_REPLICATION_FACTOR"]""",
        """["bad setting", "INVALID_CONFIG"]""",
        """["widened", null]""",
        """["narrowed", "INVALID_PARTITIONS"]""",
        """["described", ["1234567", true]]""",
        """["altered", null]""",
        """["described", ["7654321", true]]""",
        """["partitions", 3]""",
        """["records deleted", [[0, "0", "0"], [1, "2", "3"], [2, "0", "0"]]]""",
        """["offsets", [[0, "3"], [1, "-1"], [2, "-1"]]]""",
        """["group", ["Empty", true]]""",
        """["group deleted", [0]]""",
        """["group deleted twice", "Error in DeleteGroups"]""",
        """["cluster", [1, true, 22]]""",
        """["deleted", null]""",
        """["deleted twice", "UNKNOWN_TOPIC_OR_PARTITION"]""",
        """["left", []]""",
    ]);

    [Fact]
    public Task Node_rdkafka_manages_topics() => CheckAsync("node-rdkafka",
    [
        """["created", null]""",
        """["created twice", 36]""",
        """["bad name", 17]""",
        """["bad factor", 38]""",
        """["bad setting", 40]""",
        """["widened", null]""",
        """["narrowed", 37]""",
        """["partitions", 3]""",
        """["deleted", null]""",
        """["deleted twice", 3]""",
        """["left", []]""",
    ]);

    private async Task CheckAsync(string name, string[] expected)
    {
        ClientSet.Require(name);
        var steps = await broker.Clients.Agent(name).AskAsync("admin", new JsonObject { ["topic"] = $"managed-{name}" });
        Assert.Equal(
            expected.Select(e => JsonNode.Parse(e)!.ToJsonString()),
            steps!.AsArray().Select(s => s!.ToJsonString(JsonSerializerOptions.Default)));
    }
}
