using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace MedStreams.Streams.Kafka;

/// <summary>The admin client over Confluent.Kafka, with calls that librdkafka 2.0.2 has too.</summary>
internal sealed class ConfluentAdmin(IReadOnlyDictionary<string, string> settings) : IStreamAdmin
{
    private readonly IAdminClient _admin = new AdminClientBuilder(settings)
        .SetLogHandler(static (_, _) => { })
        .SetErrorHandler(static (_, _) => { })
        .Build();

    public IReadOnlyDictionary<string, int> PartitionCounts(TimeSpan timeout) => _admin.PartitionCounts(timeout);

    public async Task CreateTopicsAsync(IReadOnlyCollection<NewTopic> topics)
    {
        try
        {
            await _admin.CreateTopicsAsync(topics.Select(t => new TopicSpecification
            {
                Name = t.Name,
                NumPartitions = t.Partitions,
                ReplicationFactor = t.ReplicationFactor,
                Configs = t.Config.ToDictionary(StringComparer.Ordinal),
            }));
        }
        catch (CreateTopicsException e) when (e.Results.TrueForAll(
            r => r.Error.Code is ErrorCode.NoError or ErrorCode.TopicAlreadyExists))
        {
            // Another instance was quicker: what exists is checked by whoever asked.
        }
        catch (CreateTopicsException e)
        {
            var refused = e.Results.First(r => r.Error.Code is not (ErrorCode.NoError or ErrorCode.TopicAlreadyExists));
            throw new StreamsException($"The topic {refused.Topic} could not be made: {refused.Error.Code}.", e);
        }
    }

    public void Dispose() => _admin.Dispose();
}
