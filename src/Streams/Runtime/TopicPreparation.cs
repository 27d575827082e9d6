using MedStreams.Streams.Kafka;

namespace MedStreams.Streams.Runtime;

/// <summary>Makes the internal topics of an application that are missing, and checks those that are there.</summary>
internal sealed class TopicPreparation(StreamsConfig config, Topology topology, IStreamAdmin admin)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The topology with its topics, all of them there.</summary>
    /// <exception cref="TopologyException">A source topic is missing, or an internal one does not fit.</exception>
    /// <exception cref="StreamsException">The broker does not answer.</exception>
    public async Task<TopologyTopics> PrepareAsync(CancellationToken cancellationToken)
    {
        var topics = new TopologyTopics(config, topology, PartitionCounts());
        topics.Refresh(await MakeAsync(topics.Latest, cancellationToken));
        return topics;
    }

    /// <summary>Makes what is missing since patterns have found their first topics; answers whether anything was.</summary>
    /// <exception cref="TopologyException">An internal topic does not fit what the patterns have found.</exception>
    public bool Complete(InternalTopics topics, IReadOnlyDictionary<string, int> existing)
    {
        var wanted = topics.ToCreate().ToList();
        Check(wanted.Where(t => existing.ContainsKey(t.Name)), existing);
        if (wanted.TrueForAll(t => existing.ContainsKey(t.Name)))
            return false;
        MakeAsync(topics, CancellationToken.None).GetAwaiter().GetResult();
        return true;
    }

    /// <summary>The command that resets the application, its inputs named.</summary>
    private string ResetCommand
    {
        get
        {
            var inputs = ResetOptions.For(topology, config).InputTopics;
            var named = inputs.Count == 0 ? "" : $" --input-topics {string.Join(',', inputs)}";
            return $"medstreams reset --application-id {config.ApplicationId}{named} --execute";
        }
    }

    private void Check(IEnumerable<NewTopic> wanted, IReadOnlyDictionary<string, int> existing)
    {
        foreach (var topic in wanted.Where(t => existing[t.Name] != t.Partitions))
        {
            throw new TopologyException(
                $"The internal topic {topic.Name} has {existing[topic.Name]} partitions, and the topology needs {topic.Partitions}: "
                + $"reset the application ({ResetCommand}), or use another application id.");
        }
    }

    private async Task<IReadOnlyDictionary<string, int>> MakeAsync(InternalTopics topics, CancellationToken cancellationToken)
    {
        List<NewTopic> wanted = [.. topics.ToCreate(), GroupLog.TopicFor(config)];
        var there = PartitionCounts();
        if (wanted.Where(t => !there.ContainsKey(t.Name)).ToList() is { Count: > 0 } missing)
            await admin.CreateTopicsAsync(missing);
        var since = config.Clock.GetTimestamp();
        while (true)
        {
            var existing = PartitionCounts();
            if (wanted.TrueForAll(t => existing.ContainsKey(t.Name)))
            {
                Check(wanted, existing);
                return existing;
            }

            if (config.Clock.GetElapsedTime(since) > Patience)
                throw new StreamsException($"The broker has not made the internal topics within {Patience}.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), config.Clock, cancellationToken);
        }
    }

    private IReadOnlyDictionary<string, int> PartitionCounts()
    {
        try
        {
            return admin.PartitionCounts(Patience);
        }
        catch (Confluent.Kafka.KafkaException e)
        {
            throw new StreamsException($"No broker answers at {config.BootstrapServers}: {e.Error.Code}.", e);
        }
    }
}
