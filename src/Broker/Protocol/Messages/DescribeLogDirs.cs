namespace MedStreams.Broker.Protocol;

/// <summary>Describes the data directories.</summary>
/// <remarks>
/// By version. 2: flexible. 3: an error for the whole response. 4: size of the volume and free space.
/// </remarks>
internal sealed class DescribeLogDirsRequest : IRequest<DescribeLogDirsResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.DescribeLogDirs;

    public List<DescribableLogDirTopic>? Topics { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        Topics = w.NullableStructs(Topics);
        w.End();
    }

    /// <summary>A topic that is asked for.</summary>
    internal sealed class DescribableLogDirTopic : IWireStruct
    {
        public string Topic { get; set; } = "";

        public List<int> Partitions { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Topic = w.String(Topic);
            Partitions = w.Int32s(Partitions);
            w.End();
        }
    }
}

/// <summary>The directories with their partitions.</summary>
internal sealed class DescribeLogDirsResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.DescribeLogDirs;

    /// <summary>How long the client shall pause, in milliseconds.</summary>
    public int ThrottleTimeMs { get; set; }

    public ErrorCode ErrorCode { get; set; }

    public List<DescribeLogDirsResult> Results { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        if (w.Version >= 3)
            ErrorCode = w.Error(ErrorCode);
        Results = w.Structs(Results);
        w.End();
    }

    /// <summary>A data directory.</summary>
    internal sealed class DescribeLogDirsResult : IWireStruct
    {
        public ErrorCode ErrorCode { get; set; }

        public string LogDir { get; set; } = "";

        public List<DescribeLogDirsTopic> Topics { get; set; } = [];

        public long TotalBytes { get; set; } = -1;

        public long UsableBytes { get; set; } = -1;

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            ErrorCode = w.Error(ErrorCode);
            LogDir = w.String(LogDir);
            Topics = w.Structs(Topics);
            if (w.Version >= 4)
            {
                TotalBytes = w.Int64(TotalBytes);
                UsableBytes = w.Int64(UsableBytes);
            }

            w.End();
        }
    }

    /// <summary>A topic in a directory.</summary>
    internal sealed class DescribeLogDirsTopic : IWireStruct
    {
        public string Name { get; set; } = "";

        public List<DescribeLogDirsPartition> Partitions { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.String(Name);
            Partitions = w.Structs(Partitions);
            w.End();
        }
    }

    /// <summary>A partition in a directory.</summary>
    internal sealed class DescribeLogDirsPartition : IWireStruct
    {
        public int PartitionIndex { get; set; }

        public long PartitionSize { get; set; }

        public long OffsetLag { get; set; }

        public bool IsFutureKey { get; set; }

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            PartitionIndex = w.Int32(PartitionIndex);
            PartitionSize = w.Int64(PartitionSize);
            OffsetLag = w.Int64(OffsetLag);
            IsFutureKey = w.Bool(IsFutureKey);
            w.End();
        }
    }
}
