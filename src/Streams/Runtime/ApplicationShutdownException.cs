namespace MedStreams.Streams.Runtime;

/// <summary>Another instance has asked all instances of the application to stop.</summary>
internal sealed class ApplicationShutdownException() : StreamsException(
    "Another instance of the application has died of an error and asked all instances to stop: see its log.");
