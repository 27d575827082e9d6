using System.Text.Json;
using System.Text.Json.Serialization;

namespace MedStreams.Broker.Storage;

/// <summary>A topic as the registry's file holds it.</summary>
internal sealed record TopicEntry(string Name, Guid Id, int Partitions, SortedDictionary<string, string> Configs);

/// <summary>The registry's file.</summary>
internal sealed record TopicRegistryFile(int Version, List<TopicEntry> Topics);

/// <summary>Which topics there are: one JSON file, replaced as a whole with each change.</summary>
internal static class TopicRegistry
{
    public const string FileName = "topics.json";

    private const int Version = 1;

    /// <summary>Reads the file; null when there is none.</summary>
    /// <exception cref="BrokerException">The file is damaged or of a later version.</exception>
    public static List<TopicEntry>? Read(IFileSystem files, string directory)
    {
        var path = Path.Combine(directory, FileName);
        if (DurableFile.Read(files, path) is not { } content)
            return null;
        try
        {
            if (JsonSerializer.Deserialize(content, RegistryJson.Default.TopicRegistryFile) is { Version: Version } file)
                return file.Topics;
        }
        catch (JsonException exception)
        {
            throw new BrokerException($"{path} cannot be read.", exception);
        }

        throw new BrokerException($"{path} is not of version {Version}: it was written by a later release.");
    }

    /// <summary>Replaces the file; on return the change is durable.</summary>
    public static void Write(IFileSystem files, string directory, IEnumerable<TopicEntry> topics)
    {
        var file = new TopicRegistryFile(Version, [.. topics.OrderBy(topic => topic.Name, StringComparer.Ordinal)]);
        var content = JsonSerializer.SerializeToUtf8Bytes(file, RegistryJson.Default.TopicRegistryFile);
        DurableFile.Replace(files, Path.Combine(directory, FileName), content);
    }
}

/// <summary>The JSON form of the registry and of the directory's description.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AlteredConfigs))]
[JsonSerializable(typeof(TopicRegistryFile))]
[JsonSerializable(typeof(DirectoryDescription))]
internal sealed partial class RegistryJson : JsonSerializerContext;
