using MedStreams.Cli.Configuration;

namespace MedStreams.Cli.Running.Migration.Settings;

/// <summary>Where objects lie that the old PACS names by address.</summary>
internal static class LocatedSettings
{
    public static Setting<Endpoint> FtpAddress { get; } =
        new("Migration:Ftp:Address", "The server of objects with ftp: addresses",
            new Rule<Endpoint>("HOST:PORT with a port of 1 to 65535", (string text, out Endpoint at) => Endpoint.TryParse(text, out at) && at.Port > 0), null);

    public static Setting<string> FtpUser { get; } = new("Migration:Ftp:User", "Who asks it; not set: anonymous", Rules.Text, null);

    public static Setting<string> FtpPassword { get; } = new("Migration:Ftp:Password", "The user's password", Rules.Text, null)
    {
        Secret = true,
        Option = "dotnet user-secrets --id medstreams set MedStreams:Migration:Ftp:Password ..",
    };

    public static Setting<bool> FtpTls { get; } = new("Migration:Ftp:Tls", "Whether it is spoken to by TLS (RFC 4217)", Rules.Switch, "false");

    public static Setting<IReadOnlyList<string>> S3Buckets { get; } =
        new("Migration:S3:Buckets", "The buckets of objects with s3: addresses", Rules.ListOf("names of buckets", (string text, out string value) => (value = text).Length > 0), null);

    public static Setting<Uri> S3Endpoint { get; } = new("Migration:S3:Endpoint", "Where they are; not set: at Amazon", MigrationRules.Web, null);

    public static Setting<string> S3Region { get; } = new("Migration:S3:Region", "Their region", Rules.Text, "us-east-1");

    public static Setting<string> S3AccessKey { get; } = new("Migration:S3:AccessKey", "Who asks; not set: nobody says", Rules.Text, null);

    public static Setting<string> S3SecretKey { get; } = new("Migration:S3:SecretKey", "The secret of the access key", Rules.Text, null)
    {
        Secret = true,
        Option = "dotnet user-secrets --id medstreams set MedStreams:Migration:S3:SecretKey ..",
    };

    public static Setting<string> SqlConnectionString { get; } =
        new("Migration:Sql:ConnectionString", "Of the old PACS as a PostgreSQL database: how to connect, as Npgsql takes it; it is only read", Rules.Text, null)
        {
            Secret = true,
            Option = "dotnet user-secrets --id medstreams set MedStreams:Migration:Sql:ConnectionString ..",
        };

    public static Setting<string> SqlMapping { get; } =
        new("Migration:Sql:Mapping", "Of the old PACS as a database: the file that says what its tables mean (JSON)", Rules.Text, null);

    /// <summary>All of them, in the order that they are listed.</summary>
    public static IReadOnlyList<Setting> All { get; } =
        [FtpAddress, FtpUser, FtpPassword, FtpTls, S3Buckets, S3Endpoint, S3Region, S3AccessKey, S3SecretKey, SqlConnectionString, SqlMapping];
}
