namespace MedStreams.Streams.Processing;

/// <summary>Where in the graph an exception was thrown, kept with the exception.</summary>
internal static class FailureSite
{
    private const string Key = "medstreams.node";

    /// <summary>
    /// Notes the node. The first note stays, and filters of inner frames run first, so it is the innermost node. Answers false, so
    /// that it serves as exception filter and the stack stays whole.
    /// </summary>
    public static bool Mark(Exception error, string node)
    {
        if (!error.Data.Contains(Key))
            error.Data[Key] = node;
        return false;
    }

    /// <summary>The node that threw; null where no node was reached.</summary>
    public static string? Of(Exception error) => error.Data[Key] as string;
}
