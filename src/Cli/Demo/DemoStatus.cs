namespace MedStreams.Cli.Demo;

/// <summary>How far a demo is.</summary>
/// <param name="Total">Records that will be sent.</param>
/// <param name="Sent">Records that the broker has acknowledged.</param>
/// <param name="Counted">Records that the rows in PostgreSQL account for.</param>
/// <param name="Runner">What the runner does, in a word.</param>
internal readonly record struct DemoStatus(long Total, long Sent, long Counted, string Runner);

/// <summary>Shows a demo to whoever watches. Called by one thread at a time.</summary>
internal interface IDemoDisplay
{
    /// <summary>Runs the demo within the display.</summary>
    Task<T> RunAsync<T>(Func<Task<T>> demo);

    /// <summary>Something happened that stays worth reading.</summary>
    void Tell(string line);

    /// <summary>The figures have changed.</summary>
    void Show(DemoStatus status);
}
