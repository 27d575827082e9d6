namespace MedStreams.Cli;

/// <summary>How threads of the pool wait for work, which .NET reads once, when the first one starts.</summary>
internal static class ThreadPoolOfVerb
{
    /// <summary>.NET's name for how often a thread looks for work before it sleeps.</summary>
    public const string SpinLimit = "System.Threading.ThreadPool.UnfairSemaphoreSpinLimit";

    /// <summary>
    /// A migration waits for networks all the time: looking for work before sleeping took a quarter of its processor time (docs/performance.md). Other verbs keep what .NET does.
    /// </summary>
    /// <param name="args">The command line.</param>
    public static void Set(IReadOnlyList<string> args)
    {
        if (args.FirstOrDefault(a => !a.StartsWith('-')) == "migrate")
            AppContext.SetData(SpinLimit, 0);
    }
}
