using System.Text.Json;
using System.Text.Json.Serialization;
using MedStreams.Dicom.Pacs;
using MedStreams.Sources.Pacs.Sql;

namespace MedStreams.Sources.Pacs.Declared;

/// <summary>
/// A source as an operator declares it, in a JSON file: folders or a database that list the studies, and the stores that the objects lie in. Passwords are not in
/// it: it names the environment variables that hold them.
/// </summary>
public sealed record SourceDeclaration
{
    // By reflection: generated code would take away the defaults of what a file leaves out.
    private static readonly JsonSerializerOptions Shape = new()
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>What the source is called in reports and logs.</summary>
    public required string Name { get; init; }

    /// <summary>Trees of files; null: a database lists the studies.</summary>
    public FoldersDeclaration? Folders { get; init; }

    /// <summary>A database; null: folders are the source.</summary>
    public SqlDeclaration? Sql { get; init; }

    /// <summary>Folders that <c>file:</c> addresses may lead into, absolute, beside those of <see cref="Folders"/>.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>The server of <c>ftp:</c> addresses; null: none.</summary>
    public FtpDeclaration? Ftp { get; init; }

    /// <summary>The storage of <c>s3:</c> addresses; null: none.</summary>
    public S3Declaration? S3 { get; init; }

    /// <summary>Whether an instance is taken although its data set names another study than the table. Default not.</summary>
    public bool TakesOtherStudies { get; init; }

    /// <summary>Reads a declaration.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="PacsException">It cannot be read, is no such JSON, has a name that nothing has, or lacks something; the message names the place.</exception>
    public static SourceDeclaration Read(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var read = JsonSerializer.Deserialize<SourceDeclaration>(stream, Shape);
            return read is not null && (read.Folders is null) != (read.Sql is null)
                ? read
                : throw new PacsException("The declaration of the source needs Folders or Sql, and not both.") { Failure = PacsFailure.Refused };
        }
        catch (JsonException e)
        {
            throw new PacsException($"The declaration of the source is wrong: {e.Message}", e) { Failure = PacsFailure.Refused };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PacsException("The declaration of the source cannot be read.", e) { Failure = PacsFailure.Refused };
        }
    }
}

/// <summary>Trees of files, as <see cref="Files.DirectoryTreeOptions"/> describes them.</summary>
public sealed record FoldersDeclaration
{
    /// <summary>The folders, absolute.</summary>
    public required IReadOnlyList<string> Roots { get; init; }

    /// <summary>Folders that links may lead into.</summary>
    public IReadOnlyList<string> LinkTargets { get; init; } = [];

    /// <summary>The defined term of the character set of files that name none, such as <c>GB18030</c>.</summary>
    public string? CharacterSet { get; init; }

    /// <summary>The tag that stands for the department, such as <c>0008,1040</c>.</summary>
    public string? Department { get; init; }

    /// <summary>A table of documents.</summary>
    public string? DocumentTable { get; init; }

    /// <summary>Rules for documents.</summary>
    public IReadOnlyList<DocumentDeclaration> Documents { get; init; } = [];

    /// <summary>How old the last look at the tree may be.</summary>
    public TimeSpan ScanAge { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a study's files must have rested.</summary>
    public TimeSpan QuietFor { get; init; }
}

/// <summary>A rule for documents, as <see cref="Files.DocumentRule"/> describes it.</summary>
/// <param name="Pattern">A regular expression over the path.</param>
/// <param name="MediaType">The media type; null: it is told by the first bytes.</param>
public sealed record DocumentDeclaration(string Pattern, string? MediaType = null);

/// <summary>A database, as <see cref="SqlSourceOptions"/> describes it.</summary>
public sealed record SqlDeclaration
{
    /// <summary>How to connect, without the password.</summary>
    public required string Connection { get; init; }

    /// <summary>The environment variable with the password; null: none is needed.</summary>
    public string? PasswordVariable { get; init; }

    /// <summary>The examinations.</summary>
    public required SqlExamMapping Exams { get; init; }

    /// <summary>The objects.</summary>
    public required IReadOnlyList<SqlObjectMapping> Objects { get; init; }

    /// <summary>How text really is written, such as <c>GB18030</c>.</summary>
    public string? TextEncoding { get; init; }

    /// <summary>How the number of rows is limited.</summary>
    public SqlLimit Limit { get; init; }

    /// <summary>How long a query may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(2);
}

/// <summary>An FTP server, as <see cref="Ftp.FtpStoreOptions"/> describes it.</summary>
public sealed record FtpDeclaration
{
    /// <summary>Its name or address.</summary>
    public required string Host { get; init; }

    /// <summary>Its port.</summary>
    public int Port { get; init; } = 21;

    /// <summary>The account.</summary>
    public string User { get; init; } = "anonymous";

    /// <summary>The environment variable with the password; null: an empty one.</summary>
    public string? PasswordVariable { get; init; }

    /// <summary>The folders that may be read.</summary>
    public IReadOnlyList<string> Roots { get; init; } = ["/"];

    /// <summary>Whether connections are encrypted.</summary>
    public bool UsesTls { get; init; }

    /// <summary>SHA-256 of the server's certificate.</summary>
    public string? CertificateSha256 { get; init; }

    /// <summary>How names are written on the server.</summary>
    public string NameEncoding { get; init; } = "utf-8";

    /// <summary>How many connections are open at a time.</summary>
    public int Connections { get; init; } = 4;
}

/// <summary>Object storage, as <see cref="S3.S3StoreOptions"/> describes it.</summary>
public sealed record S3Declaration
{
    /// <summary>The buckets that may be read.</summary>
    public required IReadOnlyList<string> Buckets { get; init; }

    /// <summary>Where it answers; null: at Amazon.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The region.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>The environment variable with the access key; null: as Amazon's SDK finds it.</summary>
    public string? AccessKeyVariable { get; init; }

    /// <summary>The environment variable with the secret key.</summary>
    public string? SecretKeyVariable { get; init; }

    /// <summary>Whether the bucket stands in the path.</summary>
    public bool? UsesPathStyle { get; init; }
}
