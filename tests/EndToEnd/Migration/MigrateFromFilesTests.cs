using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using MedStreams.Support.Servers;
using Npgsql;

namespace MedStreams.EndToEnd.Tests.Migration;

/// <summary>Whole migrations of an old PACS of which only tables and files are left.</summary>
[Collection(MigrationCollection.Name)]
public sealed class MigrateFromFilesTests(MigrationServers servers)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task S3_1_S3_6_S3_7_S3_8_tables_share_FTP_bucket_and_columns_are_moved_into_an_archive_compressed_and_encrypted()
    {
        await using var stack = new SharedMigration(servers);
        using var bucket = await S3Server.StartAsync(stack.At("s3"));
        using var ftp = await FtpServers.PyFtpAsync(Directory.CreateDirectory(stack.At("ftp")).FullName, stack.At("ftp.log"));
        await using var legacy = await FillAsync(stack, bucket);
        stack["MIGRATION__SOURCE__KIND"] = "sql";
        stack["MIGRATION__SQL__CONNECTIONSTRING"] = legacy.Connection;
        stack["MIGRATION__SQL__MAPPING"] = await WriteAsync(stack, "mapping.json", legacy.System.Mapping(Address(ftp)));
        stack["MIGRATION__SOURCE__FOLDER"] = legacy.System.Share;
        stack["MIGRATION__FTP__ADDRESS"] = $"127.0.0.1:{ftp.Port}";
        stack["MIGRATION__FTP__USER"] = FtpServers.User;
        stack["MIGRATION__FTP__PASSWORD"] = FtpServers.Password;
        stack["MIGRATION__S3__BUCKETS"] = S3Server.Bucket;
        stack["MIGRATION__S3__ENDPOINT"] = $"http://127.0.0.1:{bucket.Port}";
        stack["MIGRATION__S3__ACCESSKEY"] = S3Server.Key;
        stack["MIGRATION__S3__SECRETKEY"] = S3Server.Key;
        var archive = await stack.StoreInArchiveAsync(Stop);
        await SealAsync(stack);

        await MigrationAssert.MovesAllAsync(stack, stack.Volume.Studies.Count, legacy.System.Objects, Stop);

        Assert.All(Directory.EnumerateFiles(Path.Combine(archive, "objects"), "*", SearchOption.AllDirectories), AssertIsSealed);
        Assert.Equal(stack.Volume.Instances.ToDictionary(i => i.Uid, i => i.Digest().Sha256, StringComparer.Ordinal), await DigestsAsync(stack));
        var check = await stack.CallAsync(["archive", "check"], Stop);
        Assert.True(check.Code == 0, check.Output + check.Error);
        await AssertDiffersAsync(stack, 0);
        var file = Directory.EnumerateFiles(Path.Combine(archive, "objects"), "*", SearchOption.AllDirectories).First();
        Flip(file);
        await AssertDiffersAsync(stack, 1);
        Flip(file);
        await AssertDiffersAsync(stack, 0);
    }

    [Fact]
    public async Task S3_7_S3_9_what_a_declaration_names_is_moved_into_a_PACS_with_reports_as_instances()
    {
        await using var stack = new SharedMigration(servers);
        using var bucket = await S3Server.StartAsync(stack.At("s3"));
        await using var legacy = await FillAsync(stack, bucket, "application/pdf");
        var (certificate, sha256) = FtpServers.Certificate(stack.Folder);
        using var ftp = await FtpServers.VsftpdAsync(legacy.System.Served, stack.Folder, certificate);
        var connection = new NpgsqlConnectionStringBuilder(legacy.Connection);
        stack["_OLD_RIS_PASSWORD"] = connection.Password!;
        stack["_OLD_S3_KEY"] = S3Server.Key;
        connection.Remove("Password");
        var sql = legacy.System.Mapping($"ftp://localhost:{ftp.Port}/");
        (sql["Connection"], sql["PasswordVariable"]) = (connection.ConnectionString, "OLD_RIS_PASSWORD");
        stack["MIGRATION__SOURCE__KIND"] = "declared";
        stack["MIGRATION__SOURCE__DECLARATION"] = await WriteAsync(stack, "source.json", new
        {
            Name = "old RIS",
            Sql = sql,
            Files = new[] { legacy.System.Share },
            Ftp = new { Host = "localhost", ftp.Port, UsesTls = true, CertificateSha256 = sha256 },
            S3 = new { Buckets = new[] { S3Server.Bucket }, Endpoint = $"http://127.0.0.1:{bucket.Port}", AccessKeyVariable = "OLD_S3_KEY", SecretKeyVariable = "OLD_S3_KEY" },
        });
        await stack.StoreByWebAsync(Stop);

        await MigrationAssert.MovesAllAsync(stack, stack.Volume.Studies.Count, legacy.System.Objects, Stop);

        var diff = await stack.MigrateAsync(["diff", "--level", "digests"], Stop);
        Assert.True(diff.Code == 0, diff.Output + diff.Error);
    }

    /// <summary>A comparison finds so many studies that differ, and the report carries them.</summary>
    private static async Task AssertDiffersAsync(SharedMigration stack, int studies)
    {
        var code = studies == 0 ? 0 : 3;
        var diff = await stack.MigrateAsync(["diff", "--level", "digests"], Stop);
        Assert.True(diff.Code == code, diff.Output + diff.Error);
        var report = await stack.MigrateAsync(["report", "--format", "json"], Stop);
        Assert.True(report.Code == code, report.Output + report.Error);
        var told = JsonDocument.Parse(report.Output).RootElement;
        Assert.Equal(studies, told.GetProperty("differences").GetArrayLength());
        Assert.Equal(stack.Volume.Studies.Count - studies, told.GetProperty("comparison").GetProperty("equal").GetInt32());
    }

    private static void Flip(string file)
    {
        var content = File.ReadAllBytes(file);
        content[^1] ^= 1;
        File.WriteAllBytes(file, content);
    }

    private async Task<FilledSystem> FillAsync(SharedMigration stack, S3Server bucket, string? documents = null)
    {
        var connection = await stack.NewDatabaseAsync("legacy", Stop);
        var system = new LegacySystem(stack.Volume, connection)
        {
            Share = Directory.CreateDirectory(stack.At("share")).FullName,
            Served = Directory.CreateDirectory(stack.At("ftp")).FullName,
            Bucket = bucket,
            HasDocument = d => documents is null || d.MediaType == documents,
        };
        await system.FillAsync(Stop);
        return new FilledSystem(system, connection);
    }

    /// <summary>Compression and a key for the archive.</summary>
    private static async Task SealAsync(SharedMigration stack)
    {
        await File.WriteAllTextAsync(stack.At("archive.key"), Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)), Stop);
        stack["ARCHIVE__COMPRESSION"] = "brotli";
        stack["ARCHIVE__CURRENTKEY"] = "2026";
        stack["ARCHIVE__KEYS__2026"] = "file:" + stack.At("archive.key");
    }

    private static void AssertIsSealed(string file)
    {
        Assert.EndsWith(".sealed", file, StringComparison.Ordinal);
        var content = File.ReadAllBytes(file);
        Assert.True(content.AsSpan().StartsWith("MSSEAL"u8));
        Assert.True(content.AsSpan().IndexOf("DICM"u8) < 0);
    }

    /// <summary>The digests of the originals, as the archive's index has them.</summary>
    private static async Task<Dictionary<string, string>> DigestsAsync(SharedMigration stack)
    {
        await using var connection = new NpgsqlConnection(stack["ARCHIVE__CONNECTIONSTRING"]);
        await connection.OpenAsync(Stop);
        await using var command = new NpgsqlCommand("SELECT target_id, encode(sha256, 'hex') FROM medstreams.archive_object WHERE is_current AND kind = 'I'", connection);
        await using var reader = await command.ExecuteReaderAsync(Stop);
        var digests = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(Stop))
            digests.Add(reader.GetString(0), reader.GetString(1));
        return digests;
    }

    private static string Address(Peer ftp) => string.Create(CultureInfo.InvariantCulture, $"ftp://127.0.0.1:{ftp.Port}/");

    private static async Task<string> WriteAsync(SharedMigration stack, string name, object content)
    {
        await File.WriteAllTextAsync(stack.At(name), JsonSerializer.Serialize(content), Stop);
        return stack.At(name);
    }

    /// <summary>An old system with all that it has, and how to connect to its tables.</summary>
    private sealed record FilledSystem(LegacySystem System, string Connection) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => System.DisposeAsync();
    }
}
