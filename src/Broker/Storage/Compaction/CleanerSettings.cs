namespace MedStreams.Broker.Storage;

/// <summary>How compaction is done, whatever the topic (<c>log.cleaner.*</c>).</summary>
internal sealed record CleanerSettings
{
    /// <summary>Whether anything is compacted (<c>log.cleaner.enable</c>).</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>Memory for the table of keys in bytes (<c>log.cleaner.dedupe.buffer.size</c>).</summary>
    public long DedupeBufferBytes { get; init; } = 128 << 20;

    /// <summary>The part of that memory that is filled (<c>log.cleaner.io.buffer.load.factor</c>).</summary>
    public double LoadFactor { get; init; } = 0.9;

    /// <summary>Memory for reading and as much for writing in bytes (<c>log.cleaner.io.buffer.size</c>, half of it each).</summary>
    public int BufferBytes { get; init; } = 256 << 10;

    /// <summary>The settings as the broker is configured now.</summary>
    public static CleanerSettings From(BrokerConfigs configs) => new()
    {
        IsEnabled = bool.Parse(configs.Text(BrokerConfigTable.CleanerEnable)),
        DedupeBufferBytes = (long)configs.Number(BrokerConfigTable.CleanerDedupeBufferSize),
        LoadFactor = configs.Number(BrokerConfigTable.CleanerBufferLoadFactor),
        BufferBytes = (int)configs.Number(BrokerConfigTable.CleanerBufferSize) / 2,
    };
}
