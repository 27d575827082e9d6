using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Tests.Api;

/// <summary>Topics and configurations that cannot be as they are wished: which error comes first, as with Apache Kafka 3.9.</summary>
public sealed class ConfigAnswerTests : IAsyncLifetime
{
    private const sbyte Topic = 2;
    private const sbyte Set = 0;
    private const sbyte Delete = 1;
    private const sbyte Append = 2;
    private AskedBroker _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await AskedBroker.StartAsync();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Theory]
    [InlineData("there", 0, 3, null, "TopicAlreadyExists")]
    [InlineData("a/b", 0, 3, null, "InvalidTopicException")]
    [InlineData("new", 0, 3, "no", "InvalidConfig")]
    [InlineData("new", 0, 0, null, "InvalidReplicationFactor")]
    [InlineData("new", 0, -2, null, "InvalidReplicationFactor")]
    [InlineData("new", 0, 3, null, "InvalidPartitions")]
    [InlineData("new", -2, 1, null, "InvalidPartitions")]
    [InlineData("new", 1, 3, null, "InvalidReplicationFactor")]
    [InlineData("__cluster_metadata", 1, 1, null, "InvalidRequest")]
    [InlineData("new", -1, -1, "1000", "None")]
    public async Task The_first_thing_wrong_with_a_new_topic_is_told(
        string name, int partitions, short replicas, string? retention, string error)
    {
        await _broker.CreateTopicAsync("there");
        var response = await _broker.AskAsync<CreateTopicsRequest, CreateTopicsResponse>(5, new()
        {
            Topics =
            [
                new()
                {
                    Name = name,
                    NumPartitions = partitions,
                    ReplicationFactor = replicas,
                    Configs = retention is null ? [] : [new() { Name = "retention.ms", Value = retention }],
                },
            ],
        });
        Assert.Equal(error, response.Topics[0].ErrorCode.ToString());
    }

    [Fact]
    public async Task The_first_thing_wrong_with_a_change_is_told()
    {
        await _broker.CreateTopicAsync("t");
        Assert.Equal("InvalidRequest", await ChangeAsync("missing", ("retention.ms", Set, null)));
        Assert.Equal("InvalidRequest", await ChangeAsync("t", ("retention.ms", Set, "1"), ("retention.ms", Delete, null)));
        Assert.Equal("InvalidConfig", await ChangeAsync("missing", ("retention.ms", Set, "x")));
        Assert.Equal("UnknownTopicOrPartition", await ChangeAsync("missing", ("retention.ms", Set, "1")));
        Assert.Equal("InvalidTopicException", await ChangeAsync("a/b", ("retention.ms", Set, "1")));
        Assert.Equal("InvalidRequest", await ChangeAsync("", ("retention.ms", Set, "1")));
        Assert.Equal("InvalidConfig", await ChangeAsync("t", ("no.such", Set, "1")));
        Assert.Equal("None", await ChangeAsync("t", ("no.such", Delete, null)));
        Assert.Equal("InvalidConfig", await ChangeAsync("t", ("retention.ms", Append, "1")));
        Assert.Equal("InvalidRequest", await ChangeAsync("t", ("retention.ms", 9, "1")));
    }

    [Fact]
    public async Task A_resource_that_is_named_twice_is_not_changed()
    {
        await _broker.CreateTopicAsync("t");
        var incremental = await _broker.AskAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(1, new()
        {
            Resources = [Resource("t", ("retention.ms", Set, "1")), Resource("t", ("retention.ms", Set, "2"))],
        });
        Assert.Equal([ErrorCode.InvalidRequest, ErrorCode.InvalidRequest], incremental.Responses.Select(r => r.ErrorCode));
        var whole = await _broker.AskAsync<AlterConfigsRequest, AlterConfigsResponse>(2, new()
        {
            Resources =
            [
                new() { ResourceType = Topic, ResourceName = "t", Configs = [new() { Name = "retention.ms", Value = "1" }] },
                new() { ResourceType = Topic, ResourceName = "t" },
            ],
        });
        Assert.Equal([ErrorCode.InvalidRequest, ErrorCode.InvalidRequest], whole.Responses.Select(r => r.ErrorCode));
        var twice = await _broker.AskAsync<AlterConfigsRequest, AlterConfigsResponse>(2, new()
        {
            Resources =
            [
                new()
                {
                    ResourceType = Topic,
                    ResourceName = "t",
                    Configs = [new() { Name = "retention.ms", Value = "1" }, new() { Name = "retention.ms", Value = "2" }],
                },
            ],
        });
        Assert.Equal(ErrorCode.InvalidRequest, twice.Responses[0].ErrorCode);
        Assert.Equal("604800000", await ValueAsync("t", "retention.ms"));
    }

    [Fact]
    public async Task Values_are_shown_without_what_does_not_matter()
    {
        await _broker.CreateTopicAsync("t", 1, ("cleanup.policy", " compact , delete"), ("retention.ms", "0060000"), ("preallocate", "TRUE"));
        Assert.Equal("compact,delete", await ValueAsync("t", "cleanup.policy"));
        Assert.Equal("60000", await ValueAsync("t", "retention.ms"));
        Assert.Equal("true", await ValueAsync("t", "preallocate"));
    }

    [Theory]
    [InlineData("a/b", "InvalidTopicException")]
    [InlineData("missing", "UnknownTopicOrPartition")]
    public async Task Topics_that_are_not_there_are_not_described(string name, string error)
    {
        var response = await _broker.AskAsync<DescribeConfigsRequest, DescribeConfigsResponse>(
            4, new() { Resources = [new() { ResourceType = Topic, ResourceName = name, ConfigurationKeys = null }] });
        Assert.Equal((error, 0), (response.Results[0].ErrorCode.ToString(), response.Results[0].Configs.Count));
    }

    private async Task<string> ChangeAsync(string topic, params (string Name, sbyte Operation, string? Value)[] changes)
    {
        var response = await _broker.AskAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(
            1, new() { Resources = [Resource(topic, changes)] });
        return response.Responses[0].ErrorCode.ToString();
    }

    private async Task<string?> ValueAsync(string topic, string name)
    {
        var response = await _broker.AskAsync<DescribeConfigsRequest, DescribeConfigsResponse>(
            4, new() { Resources = [new() { ResourceType = Topic, ResourceName = topic, ConfigurationKeys = [name] }] });
        return Assert.Single(response.Results[0].Configs).Value;
    }

    private static IncrementalAlterConfigsRequest.AlterConfigsResource Resource(
        string topic, params (string Name, sbyte Operation, string? Value)[] changes) => new()
        {
            ResourceType = Topic,
            ResourceName = topic,
            Configs =
            [
                .. changes.Select(c => new IncrementalAlterConfigsRequest.AlterableConfig { Name = c.Name, ConfigOperation = c.Operation, Value = c.Value }),
            ],
        };
}
