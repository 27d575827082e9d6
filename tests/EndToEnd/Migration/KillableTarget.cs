using MedStreams.Support.Volume;

namespace MedStreams.EndToEnd.Tests.Migration;

/// <summary>A new PACS that can be killed and comes again in its place.</summary>
internal abstract class KillableTarget : IAsyncDisposable
{
    /// <summary>What of it can be killed.</summary>
    public abstract IReadOnlyList<string> Victims { get; }

    /// <summary>Studies that were seen with other objects than they have.</summary>
    public virtual IReadOnlyList<string> Half => [];

    /// <summary>What was seen of it, in words.</summary>
    public virtual string Seen => "";

    /// <summary>How a runner reaches it.</summary>
    public abstract IEnumerable<(string Key, string Value)> Settings { get; }

    /// <summary>Kills one of <see cref="Victims"/> with signal 9 and starts it again in its place.</summary>
    public abstract Task KillAsync(string victim, Random random, CancellationToken stop);

    /// <summary>How many objects can be seen in it; null where it is away.</summary>
    public abstract Task<long?> ObjectsAsync();

    /// <summary>Looks for what nobody should see, until it is told to stop.</summary>
    public abstract Task WatchAsync(CancellationToken stop);

    /// <summary>Throws unless it holds each instance of a volume once, to the byte, and nothing else, whatever the program thinks of it.</summary>
    public abstract Task AssertHoldsAsync(GeneratedVolume volume, CancellationToken stop);

    public abstract ValueTask DisposeAsync();
}
