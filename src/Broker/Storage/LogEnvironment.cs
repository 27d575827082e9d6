using Microsoft.Extensions.Logging;

namespace MedStreams.Broker.Storage;

/// <summary>What all logs of a broker share.</summary>
/// <param name="Files">The file system.</param>
/// <param name="Flusher">Makes appends durable.</param>
/// <param name="Clock">The clock.</param>
/// <param name="Logger">Where failures are reported.</param>
internal sealed record LogEnvironment(IFileSystem Files, ILogFlusher Flusher, TimeProvider Clock, ILogger Logger)
{
    /// <summary>
    /// How many logs are opened or closed at a time, 1 or more. Default 1. Most of that is waiting for the disk, which makes several
    /// files durable in hardly more time than one.
    /// </summary>
    public int AtOnce { get; init; } = 1;
}
