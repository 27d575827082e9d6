using Microsoft.Extensions.Logging;

namespace MedStreams.Broker.Storage;

/// <summary>What all logs of a broker share.</summary>
/// <param name="Files">The file system.</param>
/// <param name="Flusher">Makes appends durable.</param>
/// <param name="Clock">The clock.</param>
/// <param name="Logger">Where failures are reported.</param>
internal sealed record LogEnvironment(IFileSystem Files, ILogFlusher Flusher, TimeProvider Clock, ILogger Logger);
