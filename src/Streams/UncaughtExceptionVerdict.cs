namespace MedStreams.Streams;

/// <summary>What to do when a stream thread dies of an error (Kafka Streams' <c>StreamThreadExceptionResponse</c>).</summary>
public enum UncaughtExceptionVerdict
{
    /// <summary>Start another thread in its place; it goes on from what is committed. An error that comes back kills it again.</summary>
    ReplaceThread,

    /// <summary>Stop this instance; the others take its tasks over.</summary>
    ShutdownClient,

    /// <summary>Stop this instance and ask all others of the application to stop too.</summary>
    ShutdownApplication,
}
