using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MedStreams.Streams;

/// <summary>Where an instance answers queries: its <c>application.server</c>.</summary>
/// <param name="Host">A name or an address.</param>
/// <param name="Port">From 1 to 65535.</param>
public sealed record HostInfo(string Host, int Port)
{
    /// <summary>An instance that does not say where it answers, or a partition that nobody has now.</summary>
    public static HostInfo Unavailable { get; } = new("unavailable", -1);

    /// <summary>Whether there is somebody to ask.</summary>
    public bool IsAvailable => Port >= 0;

    /// <summary>Reads <c>host:port</c>; false for anything else.</summary>
    public static bool TryParse(string endpoint, [NotNullWhen(true)] out HostInfo? host)
    {
        host = null;
        var colon = endpoint.LastIndexOf(':');
        if (colon > 0
            && int.TryParse(endpoint.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port is > 0 and <= ushort.MaxValue)
        {
            host = new HostInfo(endpoint[..colon], port);
        }

        return host is not null;
    }

    /// <summary>What a member says of itself; <see cref="Unavailable"/> for nothing and for what is no endpoint.</summary>
    internal static HostInfo OfMember(string endpoint) => TryParse(endpoint, out var host) ? host : Unavailable;

    /// <summary><c>host:port</c>.</summary>
    public override string ToString() => $"{Host}:{Port}";
}

/// <summary>Who has the partition of a key.</summary>
/// <param name="ActiveHost">Where its task runs.</param>
/// <param name="StandbyHosts">Where its changelogs are followed, nearest first.</param>
/// <param name="Partition">The partition.</param>
public sealed record KeyQueryMetadata(HostInfo ActiveHost, IReadOnlyList<HostInfo> StandbyHosts, int Partition);

/// <summary>What one instance has.</summary>
/// <param name="HostInfo">Where it answers.</param>
/// <param name="StateStoreNames">Stores of which it runs partitions.</param>
/// <param name="TopicPartitions">The input partitions of its tasks.</param>
/// <param name="StandbyStateStoreNames">Stores of which it follows partitions.</param>
/// <param name="StandbyTopicPartitions">The input partitions of the tasks that it follows.</param>
public sealed record StreamsMetadata(
    HostInfo HostInfo,
    IReadOnlyCollection<string> StateStoreNames,
    IReadOnlyCollection<TopicPartition> TopicPartitions,
    IReadOnlyCollection<string> StandbyStateStoreNames,
    IReadOnlyCollection<TopicPartition> StandbyTopicPartitions);

/// <summary>How far a partition of a store is behind its changelog.</summary>
/// <param name="CurrentOffsetPosition">The next changelog offset that the store will take.</param>
/// <param name="EndOffsetPosition">The end of the changelog.</param>
public sealed record LagInfo(long CurrentOffsetPosition, long EndOffsetPosition)
{
    /// <summary>The records between both.</summary>
    public long OffsetLag => Math.Max(0, EndOffsetPosition - CurrentOffsetPosition);
}
