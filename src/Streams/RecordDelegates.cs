namespace MedStreams.Streams;

/// <summary>Tells the event time of a record (Kafka Streams' <c>TimestampExtractor</c>).</summary>
/// <param name="record">The record as it was read; its timestamp is the one that Kafka stores.</param>
/// <param name="metadata">Where it came from.</param>
/// <param name="partitionTime">The largest time of the partition so far; -1 where it is unknown.</param>
/// <returns>Epoch milliseconds; a negative time drops the record (it is counted as dropped).</returns>
public delegate long TimestampExtractor<TKey, TValue>(
    in Record<TKey, TValue> record, RecordMetadata metadata, long partitionTime);

/// <summary>Chooses the partition of a record that is written (Kafka Streams' <c>StreamPartitioner</c>).</summary>
/// <param name="topic">The topic written to.</param>
/// <param name="key">The key.</param>
/// <param name="value">The value.</param>
/// <param name="numPartitions">How many partitions the topic has.</param>
/// <returns>A partition from 0; null leaves the choice to Kafka's default partitioner.</returns>
public delegate int? StreamPartitioner<in TKey, in TValue>(string topic, TKey key, TValue value, int numPartitions);

/// <summary>Chooses the topic of a record that is written (Kafka Streams' <c>TopicNameExtractor</c>).</summary>
/// <param name="record">The record.</param>
/// <param name="metadata">Where the record being processed came from; null inside a punctuator.</param>
public delegate string TopicNameExtractor<TKey, TValue>(in Record<TKey, TValue> record, RecordMetadata? metadata);
