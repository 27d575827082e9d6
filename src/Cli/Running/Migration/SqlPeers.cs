using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using MedStreams.Cli.Configuration;
using MedStreams.Cli.Running.Migration.Settings;
using MedStreams.Sinks;
using MedStreams.Sources.Pacs.Sql;

namespace MedStreams.Cli.Running.Migration;

/// <summary>The tables of an old PACS, by a mapping that is declared; its objects lie under addresses or in columns.</summary>
internal static class SqlPeers
{
    public static OldPacs Source(PeerContext context)
    {
        var settings = context.Settings;
        var options = Mapping(context) with
        {
            Name = settings.Find(MigrationSettings.Source.Name, out var name) ? name : "database",
        };
        var database = PostgresReading.Open(settings.Require(LocatedSettings.SqlConnectionString));
        var located = new LocatedPeers(context);
        var files = located.Store;
        located.Add("sql", new SqlContentStore(database, options));
        return new OldPacs(new SqlExamSource(database, options), new SqlStudyCollector(database, options, files), located.Fetcher(byIdentifier: null))
        {
            IsOutside = true,
            Resources = [.. located.Resources, database],
        };
    }

    private static SqlSourceOptions Mapping(PeerContext context)
    {
        var path = context.FullPath(context.Settings.Require(LocatedSettings.SqlMapping));
        try
        {
            using var file = File.OpenRead(path);
            var mapping = JsonSerializer.Deserialize<SqlMappingFile>(file, SqlMappingFile.Shape) ?? throw new JsonException("It is empty.");
            return new SqlSourceOptions
            {
                Exams = mapping.Exams,
                Objects = mapping.Objects,
                TextEncoding = mapping.TextEncoding is { } encoding ? CodePagesEncodingProvider.Instance.GetEncoding(encoding) ?? Encoding.GetEncoding(encoding) : null,
                Limit = mapping.Limit,
                ParameterPrefix = mapping.ParameterPrefix,
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or ArgumentException)
        {
            throw CliException.Usage($"{SettingsCatalog.Section}:{LocatedSettings.SqlMapping.Key}: {path} cannot be used: {e.Message}");
        }
    }
}

/// <summary>A mapping as it stands in a file.</summary>
internal sealed record SqlMappingFile
{
    /// <summary>By reflection: generated code would take away the defaults of what a file leaves out.</summary>
    public static JsonSerializerOptions Shape { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        PropertyNameCaseInsensitive = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter() },
    };

    public required SqlExamMapping Exams { get; init; }

    public IReadOnlyList<SqlObjectMapping> Objects { get; init; } = [];

    public string? TextEncoding { get; init; }

    public SqlLimit Limit { get; init; }

    public string ParameterPrefix { get; init; } = "@";
}
