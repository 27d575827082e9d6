namespace MedStreams.Monitoring.Page;

/// <summary>What a page shows of dead letters, and their replay.</summary>
public static class DeadLetterPage
{
    /// <summary>Shows them.</summary>
    /// <param name="options">Which topics, and how they are read.</param>
    /// <param name="clock">Tells the present.</param>
    public static PageContent Of(DeadLetterOptions options, TimeProvider clock)
    {
        var topics = new DeadLetterTopics(options, clock);
        var replay = new ReplayAction(topics, options);
        return new PageContent
        {
            Parts = [new DeadLettersPart(topics, clock)],
            Resources = [new DeadLetterList(topics, options.HasSafeTexts)],
            Actions = [replay],
            Owned = [replay, topics],
        };
    }
}
