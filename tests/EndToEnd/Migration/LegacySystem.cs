using System.Text;
using MedStreams.Support.Servers;
using MedStreams.Support.Volume;
using Npgsql;
using NpgsqlTypes;

namespace MedStreams.EndToEnd.Tests.Migration;

/// <summary>
/// An old RIS and PACS without DICOM: tables on PostgreSQL with days as text and names as GBK in columns of bytes; images on a share, on an FTP server and in a bucket; reports in a
/// column.
/// </summary>
internal sealed class LegacySystem(GeneratedVolume volume, string connectionString) : IAsyncDisposable
{
    private const string Schema =
        """
        CREATE TABLE t_patient (pat_no char(20) PRIMARY KEY, name_raw bytea);
        CREATE TABLE t_exam (id serial PRIMARY KEY, study_uid char(64), pat_no char(20), req_no varchar(20), exam_dt varchar(20), exam_tm varchar(10), dept varchar(60), dev varchar(20), img_cnt numeric);
        CREATE TABLE t_img (study_uid varchar(64), sop_uid varchar(64), ser_uid varchar(64), f_path varchar(200), f_len bigint);
        CREATE TABLE t_rpt (id bigserial PRIMARY KEY, study_uid varchar(64), title bytea, kind varchar(40), body bytea);
        """;

    private static readonly Encoding Gbk = CodePagesEncodingProvider.Instance.GetEncoding("GB18030")!;
    private readonly NpgsqlDataSource _database = NpgsqlDataSource.Create(connectionString);

    /// <summary>The share.</summary>
    public required string Share { get; init; }

    /// <summary>What the FTP server serves.</summary>
    public required string Served { get; init; }

    /// <summary>The bucket.</summary>
    public required S3Server Bucket { get; init; }

    /// <summary>Documents of a kind; others are left out.</summary>
    public Func<GeneratedDocument, bool> HasDocument { get; init; } = static _ => true;

    /// <summary>All that it has.</summary>
    public int Objects => volume.Instances.Count() + volume.Studies.Sum(s => s.Documents.Count(HasDocument));

    /// <summary>Fills it.</summary>
    public async Task FillAsync(CancellationToken stop)
    {
        await RunAsync(Schema, [], stop);
        foreach (var patient in volume.Studies.DistinctBy(s => s.Exam.PatientId).Select(s => s.Exam))
            await RunAsync("INSERT INTO t_patient VALUES ($1, $2)", [patient.PatientId, Gbk.GetBytes(patient.PatientName!)], stop);
        foreach (var study in volume.Studies)
        {
            var exam = study.Exam;
            await RunAsync(
                "INSERT INTO t_exam (study_uid, pat_no, req_no, exam_dt, exam_tm, dept, dev, img_cnt) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                [exam.StudyInstanceUid, exam.PatientId, exam.AccessionNumber!, study.WrittenDate, $"{exam.StudyTime:HHmmss}", exam.Department, string.Join('\\', exam.Modalities), study.Instances.Count],
                stop);
            foreach (var document in study.Documents.Where(HasDocument))
                await RunAsync("INSERT INTO t_rpt (study_uid, title, kind, body) VALUES ($1, $2, $3, $4)", [exam.StudyInstanceUid, Gbk.GetBytes(document.Name), document.MediaType, document.Content], stop);
        }

        foreach (var (i, instance) in volume.Instances.Index())
            await PutAsync(i, instance, stop);
    }

    /// <summary>What its tables mean, as a file that <c>Migration:Sql:Mapping</c> names, or as part of a declaration.</summary>
    /// <param name="ftp">Where the FTP server is, as objects' addresses name it.</param>
    public Dictionary<string, object> Mapping(string ftp) => new(StringComparer.Ordinal)
    {
        ["TextEncoding"] = "GB18030",
        ["Exams"] = new
        {
            From = "t_exam e join t_patient p on p.pat_no = e.pat_no",
            StudyInstanceUid = "e.study_uid",
            PatientId = "p.pat_no",
            IssuerOfPatientId = "'HOSPITAL'",
            PatientName = "p.name_raw",
            AccessionNumber = "e.req_no",
            StudyDate = "e.exam_dt",
            DateKind = "Text",
            StudyTime = "e.exam_tm",
            Department = "e.dept",
            Modalities = "e.dev",
            Instances = "e.img_cnt",
        },
        ["Objects"] = new object[]
        {
            new
            {
                Name = "images", From = "t_img", StudyInstanceUid = "study_uid", Id = "sop_uid", SeriesInstanceUid = "ser_uid", Path = "f_path", Bytes = "f_len",
                Places = new[] { new { Prefix = @"\\NAS1\pacs\", Address = new Uri(Share).AbsoluteUri + "/" }, new { Prefix = "/ftp/", Address = ftp }, new { Prefix = @"D:\", Address = $"s3://{S3Server.Bucket}/" } },
            },
            new { Name = "reports", From = "t_rpt", StudyInstanceUid = "study_uid", Kind = "Document", Id = "title", MediaType = "kind", Content = "body", ContentKey = "id" },
        },
    };

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    /// <summary>Puts an instance where its number says, and a row that tells it.</summary>
    private async Task PutAsync(int number, GeneratedInstance instance, CancellationToken stop)
    {
        var file = instance.ToFile().ToArray();
        var path = $"放射科/{instance.Exam.AccessionNumber} {instance.SeriesNumber}/{number}#.dcm";
        switch (number % 3)
        {
            case 0:
                await WriteAsync(Path.Combine(Share, path), file, stop);
                path = @"\\nas1\PACS\" + path.Replace('/', '\\');
                break;
            case 1:
                await WriteAsync(Path.Combine(Served, path), file, stop);
                path = "/ftp/" + path;
                break;
            default:
                await Bucket.PutAsync([(path, file)], stop);
                path = @"d:\" + path.Replace('/', '\\');
                break;
        }

        await RunAsync("INSERT INTO t_img VALUES ($1, $2, $3, $4, $5)", [instance.Exam.StudyInstanceUid, instance.Uid, instance.SeriesUid, path, (long)file.Length], stop);
    }

    private static async Task WriteAsync(string path, byte[] file, CancellationToken stop)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllBytesAsync(path, file, stop);
    }

    private async Task RunAsync(string text, object?[] values, CancellationToken stop)
    {
        await using var command = _database.CreateCommand(text);
        foreach (var value in values)
            command.Parameters.Add(value is null ? new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text } : new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync(stop);
    }
}
