namespace MedStreams.Cli.Configuration;

/// <summary>Kafka's names have dots, which an environment variable cannot hold.</summary>
internal static class DottedName
{
    /// <summary>The name in lower case, with a dot for each underscore.</summary>
    public static string Of(string name) => name.ToLowerInvariant().Replace('_', '.');
}
