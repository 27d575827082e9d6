using System.Data.Common;
using System.Text;
using MedStreams.Dicom;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Text;
using MedStreams.Sources.Pacs.Files;
using MedStreams.Sources.Pacs.Ftp;
using MedStreams.Sources.Pacs.Located;
using MedStreams.Sources.Pacs.S3;
using MedStreams.Sources.Pacs.Sql;

namespace MedStreams.Sources.Pacs.Declared;

/// <summary>The parts of a source that was declared. Safe for several threads.</summary>
public sealed class DeclaredSource : IAsyncDisposable
{
    private readonly List<object> _resources = [];

    private DeclaredSource(DeclaredSourceContext context, SourceDeclaration declaration)
    {
        var stores = new Dictionary<string, IObjectStore>(StringComparer.Ordinal);
        var folders = declaration.Files.Concat(declaration.Folders is { } tree ? [.. tree.Roots, .. tree.LinkTargets] : Enumerable.Empty<string>()).ToList();
        if (folders.Count > 0)
            stores["file"] = new LocalFileStore(folders);
        if (declaration.Ftp is { } ftp)
            stores["ftp"] = Own(new FtpObjectStore(Options(ftp, context), context.TimeProvider));
        if (declaration.S3 is { } s3)
            stores["s3"] = Own(new S3ObjectStore(Options(s3, context)));
        if (declaration.Folders is { } declared)
        {
            var source = Own(new DirectoryTreeSource(Options(declared, declaration.Name, context)));
            (Exams, Collector) = (source, source);
        }
        else
        {
            var (sql, options) = (declaration.Sql!, Options(declaration.Sql!, declaration.Name));
            var database = Own(context.OpenDatabase(sql.Connection, Variable(sql.PasswordVariable, context)));
            stores["sql"] = new SqlContentStore(database, options);
            (Exams, Collector) = (new SqlExamSource(database, options), new SqlStudyCollector(database, options, new SchemeStore(stores)));
        }

        var fetching = new LocatedFetcherOptions { TakesOtherStudies = declaration.TakesOtherStudies };
        Fetcher = new SchemeFetcher(
            stores.ToDictionary(s => s.Key, s => (IObjectFetcher)new LocatedFetcher(s.Value, context.Spool, fetching, context.TimeProvider), StringComparer.Ordinal), byIdentifier: null);
    }

    /// <summary>Lists the studies.</summary>
    public IExamSource Exams { get; }

    /// <summary>Finds their objects.</summary>
    public IStudyCollector Collector { get; }

    /// <summary>Fetches those.</summary>
    public IObjectFetcher Fetcher { get; }

    /// <summary>Makes the parts; connects to nothing yet.</summary>
    /// <exception cref="PacsException">A value is wrong, or a variable is not set; the message names it.</exception>
    public static DeclaredSource Create(SourceDeclaration declaration, DeclaredSourceContext context)
    {
        try
        {
            return new DeclaredSource(context, declaration);
        }
        catch (ArgumentException e)
        {
            throw new PacsException($"The declaration of the source is wrong: {e.Message}", e) { Failure = PacsFailure.Refused };
        }
    }

    /// <summary>Closes connections, and the index of folders.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var resource in Enumerable.Reverse(_resources))
        {
            if (resource is IAsyncDisposable later)
                await later.DisposeAsync();
            else
                ((IDisposable)resource).Dispose();
        }

        _resources.Clear();
    }

    private T Own<T>(T resource)
        where T : class
    {
        _resources.Add(resource);
        return resource;
    }

    private static DirectoryTreeOptions Options(FoldersDeclaration folders, string name, DeclaredSourceContext context) => new()
    {
        Name = name,
        Roots = folders.Roots,
        LinkTargets = folders.LinkTargets,
        IndexFolder = context.IndexFolder,
        ScanAge = folders.ScanAge,
        QuietFor = folders.QuietFor,
        AssumedCharacterSet = folders.CharacterSet is { } term ? SpecificCharacterSet.Of([term]) : null,
        Department = folders.Department is not { } tag ? null : DicomTag.TryParse(tag, out var department) ? department : throw new ArgumentException($"'{tag}' is no tag.", nameof(folders)),
        DocumentTable = folders.DocumentTable,
        Documents = [.. folders.Documents.Select(d => new DocumentRule(d.Pattern, d.MediaType))],
        TimeProvider = context.TimeProvider,
    };

    private static SqlSourceOptions Options(SqlDeclaration sql, string name) => new()
    {
        Name = name,
        Exams = sql.Exams,
        Objects = sql.Objects,
        TextEncoding = sql.TextEncoding is { } encoding ? EncodingOf(encoding) : null,
        Limit = sql.Limit,
        Timeout = sql.Timeout,
    };

    private static FtpStoreOptions Options(FtpDeclaration ftp, DeclaredSourceContext context) => new()
    {
        Host = ftp.Host,
        Port = ftp.Port,
        User = ftp.User,
        Password = Variable(ftp.PasswordVariable, context) ?? "",
        Roots = ftp.Roots,
        UsesTls = ftp.UsesTls,
        CertificateSha256 = ftp.CertificateSha256,
        NameEncoding = EncodingOf(ftp.NameEncoding),
        Connections = ftp.Connections,
    };

    private static S3StoreOptions Options(S3Declaration s3, DeclaredSourceContext context) => new()
    {
        Buckets = s3.Buckets,
        Endpoint = s3.Endpoint,
        Region = s3.Region,
        AccessKey = Variable(s3.AccessKeyVariable, context),
        SecretKey = Variable(s3.SecretKeyVariable, context),
        UsesPathStyle = s3.UsesPathStyle,
    };

    private static string? Variable(string? name, DeclaredSourceContext context) => name is null
        ? null
        : context.Variable(name) is { Length: > 0 } value ? value : throw new ArgumentException($"The variable {name} is not set.", nameof(name));

    private static Encoding EncodingOf(string name) => string.Equals(name, "utf-8", StringComparison.OrdinalIgnoreCase)
        ? new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)
        : CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
}

/// <summary>What a declared source needs from its surroundings.</summary>
public sealed record DeclaredSourceContext
{
    /// <summary>Where objects rest.</summary>
    public required Spool Spool { get; init; }

    /// <summary>Where the index of folders is kept.</summary>
    public required string IndexFolder { get; init; }

    /// <summary>The value of an environment variable; null where it is not set.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>Opens a database by its connection and, if one is needed, the password; closed with the source.</summary>
    public required Func<string, string?, DbDataSource> OpenDatabase { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
