namespace MedStreams.Bench.Support;

/// <summary>Something that reads a topic in a group and commits: an engine, or the bare loop.</summary>
public interface ISubject : IAsyncDisposable
{
    /// <summary>The group that it commits in.</summary>
    string Group { get; }

    /// <summary>Starts it; the clock runs already.</summary>
    Task StartAsync();

    /// <summary>Ends before <see cref="IAsyncDisposable.DisposeAsync"/> only when it failed.</summary>
    Task Failure { get; }
}
