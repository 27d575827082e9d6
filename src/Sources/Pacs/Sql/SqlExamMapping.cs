using System.Text;

namespace MedStreams.Sources.Pacs.Sql;

/// <summary>
/// Where a legacy schema has its examinations. Each field is an SQL expression over <see cref="From"/>, such as <c>e.patient_no</c> or <c>trim(p.name)</c>: the
/// operator's own text, which goes into the query as it stands. All values go in as parameters.
/// </summary>
public sealed record SqlExamMapping
{
    /// <summary>A table, a join, or a query in parentheses with a name: <c>exams e join patients p on p.id = e.patient</c>.</summary>
    public required string From { get; init; }

    /// <summary>The Study Instance UID. Rows without one cannot be moved; they are counted and told.</summary>
    public required string StudyInstanceUid { get; init; }

    /// <summary>
    /// What orders the rows and where a page ends; texts or whole numbers, none of them null, together unlike for each row that is to be listed. Default: the study
    /// UID, by which a study with several rows is listed once.
    /// </summary>
    public IReadOnlyList<string>? Key { get; init; }

    /// <summary>The subject's number.</summary>
    public string? PatientId { get; init; }

    /// <summary>Who gave it.</summary>
    public string? IssuerOfPatientId { get; init; }

    /// <summary>The subject's name.</summary>
    public string? PatientName { get; init; }

    /// <summary>The order's number.</summary>
    public string? AccessionNumber { get; init; }

    /// <summary>The day; null: no window of days finds anything.</summary>
    public string? StudyDate { get; init; }

    /// <summary>How <see cref="StudyDate"/> is kept. Default as a date.</summary>
    public SqlDateKind DateKind { get; init; }

    /// <summary>The time of the day.</summary>
    public string? StudyTime { get; init; }

    /// <summary>The department.</summary>
    public string? Department { get; init; }

    /// <summary>What was done.</summary>
    public string? Description { get; init; }

    /// <summary>The modalities, in one text, with backslash, comma, slash or blank between.</summary>
    public string? Modalities { get; init; }

    /// <summary>How many series it has.</summary>
    public string? Series { get; init; }

    /// <summary>How many instances it has.</summary>
    public string? Instances { get; init; }

    /// <summary>What else is taken along, by name.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>How a schema keeps days.</summary>
public enum SqlDateKind
{
    /// <summary>As a date.</summary>
    Date,

    /// <summary>As a point in time without a zone.</summary>
    Timestamp,

    /// <summary>As text, <c>20240131</c>, maybe with a time behind.</summary>
    Text,

    /// <summary>As text, <c>2024-01-31</c>, maybe with a time behind.</summary>
    DashedText,
}

/// <summary>Where a legacy schema has its objects, images or documents. The fields are SQL expressions, as of <see cref="SqlExamMapping"/>.</summary>
public sealed record SqlObjectMapping
{
    /// <summary>What it is called: letters and digits. Stands in the addresses of contents that are kept in the database.</summary>
    public required string Name { get; init; }

    /// <summary>A table, a join, or a query in parentheses with a name.</summary>
    public required string From { get; init; }

    /// <summary>The Study Instance UID of the study that the object belongs to.</summary>
    public required string StudyInstanceUid { get; init; }

    /// <summary>Images or documents. Default images.</summary>
    public Dicom.Pacs.StudyObjectKind Kind { get; init; }

    /// <summary>
    /// Of an image the SOP Instance UID; null: the schema has none, and each file is opened to learn it. Of a document its name within the study; null: the last part
    /// of its path.
    /// </summary>
    public string? Id { get; init; }

    /// <summary>The Series Instance UID.</summary>
    public string? SeriesInstanceUid { get; init; }

    /// <summary>The SOP Class UID.</summary>
    public string? SopClassUid { get; init; }

    /// <summary>The Transfer Syntax UID.</summary>
    public string? TransferSyntaxUid { get; init; }

    /// <summary>The place within the series.</summary>
    public string? InstanceNumber { get; init; }

    /// <summary>The media type of a document.</summary>
    public string? MediaType { get; init; }

    /// <summary>How many bytes it has. Only where the schema is to be believed: another length is an error.</summary>
    public string? Bytes { get; init; }

    /// <summary>Where it lies, as the old PACS wrote it; <see cref="Places"/> make an address of it. Null: in <see cref="Content"/>, or asked for by identifier.</summary>
    public string? Path { get; init; }

    /// <summary>What paths begin with, and what that means; the first that fits counts.</summary>
    public IReadOnlyList<SqlPlace> Places { get; init; } = [];

    /// <summary>A column that holds the object itself; null: none does.</summary>
    public string? Content { get; init; }

    /// <summary>With <see cref="Content"/>: what names the row, a text or a whole number.</summary>
    public string? ContentKey { get; init; }
}

/// <summary>What the beginning of a path means.</summary>
/// <param name="Prefix">The beginning, letters of any case, such as <c>\\NAS1\images\</c>; empty fits all.</param>
/// <param name="Address">What stands for it in the address, such as <c>file:///mnt/nas1/images/</c>, <c>ftp://10.0.0.7/</c> or <c>s3://archive/</c>.</param>
public sealed record SqlPlace(string Prefix, string Address);

/// <summary>How a database is asked.</summary>
public sealed record SqlSourceOptions
{
    /// <summary>What the source is called in reports and logs.</summary>
    public string Name { get; init; } = "database";

    /// <summary>The examinations.</summary>
    public required SqlExamMapping Exams { get; init; }

    /// <summary>The objects, in as many tables as there are. Default none: then something else has to collect.</summary>
    public IReadOnlyList<SqlObjectMapping> Objects { get; init; } = [];

    /// <summary>
    /// How text really is written where the database believes it to be Latin-1, such as GB18030, and how columns of bytes that are text are written. Null: as the
    /// database says, and UTF-8.
    /// </summary>
    public Encoding? TextEncoding { get; init; }

    /// <summary>How the number of rows is limited. Default <c>fetch first n rows only</c>, which is standard.</summary>
    public SqlLimit Limit { get; init; }

    /// <summary>What parameters begin with. Default <c>@</c>; Oracle has <c>:</c>.</summary>
    public string ParameterPrefix { get; init; } = "@";

    /// <summary>How long a query may take. Default 2 minutes.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(2);
}

/// <summary>How products limit the number of rows.</summary>
public enum SqlLimit
{
    /// <summary><c>fetch first n rows only</c>: PostgreSQL, Oracle 12, Db2, SQL Server after <c>offset 0 rows</c>, which is written too.</summary>
    FetchFirst,

    /// <summary><c>limit n</c>: MySQL, SQLite.</summary>
    Limit,

    /// <summary><c>select top (n)</c>: SQL Server before 2012.</summary>
    Top,
}
