using Microsoft.Extensions.Logging;

namespace MedStreams.Serialization.Registry;

/// <summary>What a registry reports. Schemas and passwords are never among it.</summary>
internal static partial class RegistryLogs
{
    [LoggerMessage(1, LogLevel.Information, "The schema registry has {Versions} versions of schemas; the last id is {MaxId}.")]
    public static partial void Started(ILogger logger, int versions, int maxId);

    [LoggerMessage(2, LogLevel.Warning, "A record of the schema log was passed over: a key of {KeyBytes} and a value of {ValueBytes} bytes are none of a registry.")]
    public static partial void RecordPassedOver(ILogger logger, int keyBytes, int valueBytes);
}
