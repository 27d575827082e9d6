namespace MedStreams.Chaos.Tests.Work;

/// <summary>The topics of one run, by the application's name.</summary>
internal sealed record ChaosTopics(string Application)
{
    public const int Partitions = 4;

    public string Events => $"{Application}.events";

    public string Asks => $"{Application}.asks";

    public string Answers => $"{Application}.answers";

    public string Counts => $"{Application}.counts";

    public string Windows => $"{Application}.windows";

    public string Joins => $"{Application}.joins";

    /// <summary>What the sink reads; the engine makes it.</summary>
    public string Rows => $"{Application}-counted-repartition";

    public IReadOnlyList<string> Inputs => [Events, Asks, Answers];

    public IReadOnlyList<string> Outputs => [Counts, Windows, Joins];

    /// <summary>All that is compared.</summary>
    public IReadOnlyList<string> Watched(bool hasSink) => hasSink ? [.. Outputs, Rows] : Outputs;
}
