using System.Text;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Pacs.Inspecting;
using MedStreams.Local;
using MedStreams.Sources.Pacs.Files;
using MedStreams.Sources.Pacs.Located;
using MedStreams.Sources.Pacs.Sql;
using Npgsql;

namespace MedStreams.Sources.Tests.Pacs.Sql;

/// <summary>The schema of an old RIS and PACS, on PostgreSQL.</summary>
public sealed class SqlSourceTests(LegacyDatabase legacy) : IClassFixture<LegacyDatabase>, IDisposable
{
    private readonly Folder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static SqlSourceOptions Options { get; } = new()
    {
        Name = "old RIS",
        Exams = new SqlExamMapping
        {
            From = "t_exam e join t_patient p on p.pat_no = e.pat_no",
            StudyInstanceUid = "e.study_uid",
            PatientId = "p.pat_no",
            IssuerOfPatientId = "'HIS'",
            PatientName = "p.name_raw",
            AccessionNumber = "e.req_no",
            StudyDate = "e.exam_dt",
            DateKind = SqlDateKind.Text,
            StudyTime = "e.exam_tm",
            Department = "e.dept",
            Modalities = "e.dev",
            Instances = "e.img_cnt",
            Attributes = new Dictionary<string, string>(StringComparer.Ordinal) { ["row"] = "e.id" },
        },
        Objects =
        [
            new SqlObjectMapping
            {
                Name = "images",
                From = "t_img",
                StudyInstanceUid = "study_uid",
                Id = "sop_uid",
                SeriesInstanceUid = "ser_uid",
                Path = "f_path",
                Bytes = "f_len",
                Places = [new SqlPlace(@"\\NAS1\pacs\", "file:///mnt/nas1/"), new SqlPlace(@"D:\", "s3://archive/")],
            },
            new SqlObjectMapping { Name = "reports", From = "t_rpt", StudyInstanceUid = "study_uid", Kind = StudyObjectKind.Document, Id = "title", MediaType = "'application/pdf'", Content = "body", ContentKey = "id" },
        ],
        TextEncoding = LegacyDatabase.Gbk,
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task S3_2_Windows_and_pages_give_each_study_once()
    {
        var source = new SqlExamSource(legacy.Source, Options);

        var all = await ReadAsync(source, ExamWindow.Everything, 7);
        var first = await ReadAsync(source, ExamWindow.Days(new DateOnly(2024, 1, 1), new DateOnly(2024, 1, 1)), 3);
        var rest = await ReadAsync(source, ExamWindow.Days(new DateOnly(2024, 1, 2), DateOnly.MaxValue), 3);
        var without = await ReadAsync(source, ExamWindow.WithoutDate, 2);

        Assert.Equal(40, all.Count);
        Assert.Equal(40, all.Select(e => e.StudyInstanceUid).Distinct().Count());
        Assert.NotEmpty(first);
        Assert.Equal(
            all.Select(e => e.StudyInstanceUid).Order(StringComparer.Ordinal),
            first.Concat(rest).Concat(without).Select(e => e.StudyInstanceUid).Order(StringComparer.Ordinal));
        Assert.Equal(["1.2.10", "1.2.20", "1.2.30", "1.2.40"], without.Select(e => e.StudyInstanceUid).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task S3_1_A_record_has_what_the_mapping_says_in_the_encoding_that_it_is_in()
    {
        var exam = (await ReadAsync(new SqlExamSource(legacy.Source, Options), ExamWindow.Everything, 50)).Single(e => e.StudyInstanceUid == "1.2.1");

        Assert.Equal("王^小东", exam.PatientName);
        Assert.Equal("放射科", exam.Department);
        Assert.Equal(("P1", "HIS", "R1"), (exam.PatientId, exam.IssuerOfPatientId, exam.AccessionNumber));
        Assert.Equal((new DateOnly(2024, 1, 2), new TimeOnly(13, 5, 0)), (exam.StudyDate!.Value, exam.StudyTime!.Value));
        Assert.Equal(["CT", "SR"], exam.Modalities);
        Assert.Equal(2, exam.Instances);
        Assert.Equal("1", exam.Attributes["row"]);
    }

    [Fact]
    public async Task S3_2_A_key_of_several_columns_and_other_kinds_of_dates_page_too()
    {
        var byRow = Options with { Exams = Options.Exams with { Key = ["e.dept", "e.id"], StudyDate = "e.booked", DateKind = SqlDateKind.Timestamp }, Limit = SqlLimit.Limit };
        var source = new SqlExamSource(legacy.Source, byRow);

        var all = await ReadAsync(source, ExamWindow.Everything, 6);
        var day = await ReadAsync(source, ExamWindow.Days(new DateOnly(2024, 2, 3), new DateOnly(2024, 2, 3)), 6);
        var without = await ReadAsync(source, ExamWindow.WithoutDate, 6);

        Assert.Equal(41, all.Count); // a study with two rows is listed for each of both keys
        Assert.All(day, e => Assert.Equal(new DateOnly(2024, 2, 3), e.StudyDate));
        Assert.NotEmpty(day);
        Assert.Equal(all.Count(e => e.StudyDate is null), without.Count);
    }

    [Fact]
    public async Task Rows_without_a_study_are_counted_and_told()
    {
        var source = new SqlExamSource(legacy.Source, Options);

        var page = await source.ReadPageAsync(ExamWindow.Everything, null, 100, Token);

        Assert.Equal("2 rows have no study UID: they cannot be moved before they get one.", page.Alarm);
        var findings = new List<SourceFinding>();
        await foreach (var finding in source.FindingsAsync(Token))
            findings.Add(finding);
        Assert.Equal(FindingKind.RecordWithoutStudy, Assert.Single(findings).Kind);
    }

    [Fact]
    public async Task S3_6_Objects_are_found_with_their_places_and_documents_in_columns()
    {
        var study = (await new SqlStudyCollector(legacy.Source, Options, null).CollectAsync(new ExamRecord { StudyInstanceUid = "1.2.1" }, Token))!;

        Assert.Equal(
            ["1.2.1.1 file:///mnt/nas1/2024/01/%E6%94%BE%20%E5%B0%84/1.dcm 100", "1.2.1.2 s3://archive/img/2.dcm ", "1.2.1.3  ", "1.2.1.4 file:///mnt/nas1/../../etc/passwd ", "报告.pdf sql:reports/n1 "],
            study.Objects.Select(o => $"{o.Id} {o.Location} {o.Bytes}"));
        Assert.False(FileLocation.TryParse(study.Objects[3].Location!, out _));
        Assert.Equal(["Instance 1.2.1.1 stands in the tables more than once: the first row counts.", "A path begins with nothing that the mapping knows: declare its place."], study.Notes.Reverse());
        Assert.Null(await new SqlStudyCollector(legacy.Source, Options, null).CollectAsync(new ExamRecord { StudyInstanceUid = "9.9" }, Token));
        Assert.Empty((await new SqlStudyCollector(legacy.Source, Options, null).CollectAsync(new ExamRecord { StudyInstanceUid = "1.2.2" }, Token))!.Objects);
    }

    [Fact]
    public async Task S3_7_Contents_of_columns_are_fetched_as_streams()
    {
        var study = (await new SqlStudyCollector(legacy.Source, Options, null).CollectAsync(new ExamRecord { StudyInstanceUid = "1.2.1" }, Token))!;
        var fetcher = new LocatedFetcher(new SqlContentStore(legacy.Source, Options), new Spool(_folder.Root, memory: 0), new LocatedFetcherOptions(), TimeProvider.System);
        var report = study.Objects.Single(o => o.Kind == StudyObjectKind.Document);
        byte[]? received = null;

        var missing = await fetcher.FetchAsync(
            study.Exam,
            [report, report with { Id = "x", Location = "sql:reports/n999" }, report with { Id = "y", Location = "sql:images/n1" }],
            async (f, token) => received = await File.ReadAllBytesAsync(f.Content.FilePath, token),
            Token);

        Assert.Equal(["x", "y"], missing.Select(m => m.Object.Id));
        Assert.Equal(LegacyDatabase.Report, received);
    }

    [Fact]
    public async Task A_schema_without_instance_uids_has_them_read_from_the_files()
    {
        var file = _folder.Put("img/2.dcm", new Instances { Instance = "5.5" }.Bytes());
        var map = new SqlObjectMapping
        {
            Name = "images",
            From = "t_img",
            StudyInstanceUid = "study_uid",
            Path = "f_path",
            Places = [new SqlPlace(@"D:\", FileLocation.Of(_folder.Root)), new SqlPlace("", FileLocation.Of(_folder.Root))],
        };
        var collector = new SqlStudyCollector(legacy.Source, Options with { Objects = [map] }, new LocalFileStore([_folder.Root]));

        var study = (await collector.CollectAsync(new ExamRecord { StudyInstanceUid = "1.2.1" }, Token))!;

        Assert.Equal(5, study.Objects.Count);
        Assert.Equal(FileLocation.Of(file), study.Objects.Single(o => o.Id == "5.5").Location);
        Assert.Equal(4, study.Objects.Count(o => o.Id.StartsWith("unknown-", StringComparison.Ordinal)));
        Assert.Equal(4, study.Notes.Count);
    }

    [Fact]
    public async Task Values_are_parameters_whatever_they_are()
    {
        var hostile = new ExamRecord { StudyInstanceUid = "1' or '1'='1'; drop table t_img; --" };

        Assert.Null(await new SqlStudyCollector(legacy.Source, Options, null).CollectAsync(hostile, Token));
        var page = await new SqlExamSource(legacy.Source, Options).ReadPageAsync(ExamWindow.Everything, "s1'%20or%20'1'%3D'1", 5, Token);
        Assert.Equal(5, page.Exams.Count);
        await Assert.ThrowsAsync<ArgumentException>(async () => await new SqlExamSource(legacy.Source, Options).ReadPageAsync(ExamWindow.Everything, "x", 5, Token));
        Assert.NotEmpty((await new SqlStudyCollector(legacy.Source, Options, null).CollectAsync(new ExamRecord { StudyInstanceUid = "1.2.1" }, Token))!.Objects);
    }

    [Fact]
    public async Task A_mapping_that_does_not_fit_is_told_without_values()
    {
        var wrong = new SqlExamSource(legacy.Source, Options with { Exams = Options.Exams with { PatientId = "e.nothing" } });

        var told = await Assert.ThrowsAsync<PacsException>(async () => await wrong.ReadPageAsync(ExamWindow.Everything, null, 5, Token));

        Assert.Equal("old RIS does not take the query (42703): look at the mapping.", told.Message);
        Assert.Equal(PacsFailure.Refused, told.Failure);
    }

    private static async Task<List<ExamRecord>> ReadAsync(SqlExamSource source, ExamWindow window, int pageSize)
    {
        var (found, at) = (new List<ExamRecord>(), (string?)null);
        do
        {
            var page = await source.ReadPageAsync(window, at, pageSize, Token);
            Assert.True(page.Exams.Count <= pageSize);
            found.AddRange(page.Exams);
            at = page.Continuation;
        }
        while (at is not null);
        return found;
    }
}

/// <summary>A private PostgreSQL with the tables of an old RIS: days as text, names as GBK in bytes, departments as GBK that is taken for Latin-1.</summary>
public sealed class LegacyDatabase : IAsyncLifetime
{
    private PrivatePostgres? _server;

    public static Encoding Gbk { get; } = CodePagesEncodingProvider.Instance.GetEncoding("GB18030")!;

    public static byte[] Report { get; } = [.. "%PDF-1.4 "u8, .. Enumerable.Range(0, 200_000).Select(i => (byte)(i * 7))];

    internal NpgsqlDataSource Source { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        if (PrivatePostgres.FindBinaries() is null)
            Assert.Skip("PostgreSQL is not installed");
        _server = await PrivatePostgres.StartAsync();
        Source = NpgsqlDataSource.Create(_server.ConnectionString);
        await RunAsync(
            """
            create table t_patient (pat_no char(10) primary key, name_raw bytea);
            create table t_exam (id int primary key, study_uid char(64), pat_no char(10), req_no varchar(20), exam_dt varchar(20), exam_tm varchar(10), dept varchar(60), dev varchar(20), img_cnt numeric, booked timestamp);
            create table t_img (study_uid varchar(64), sop_uid varchar(64), ser_uid varchar(64), f_path varchar(200), f_len bigint);
            create table t_rpt (id bigint primary key, study_uid varchar(64), title bytea, body bytea);
            """);
        await RunAsync("insert into t_patient select 'P' || i, $1 from generate_series(1, 42) i", Gbk.GetBytes("王^小东"));
        await RunAsync(
            """
            insert into t_exam
            select i, '1.2.' || i, 'P' || i, 'R' || i, case when i % 20 = 0 then null when i % 10 = 0 then '0000-junk' else '202401' || lpad((i % 9 + 1)::text, 2, '0') || ' 10:00' end,
                '130500', $1, 'CT\SR', 2, case when i % 4 = 0 then null else timestamp '2024-02-01 23:59:00' + i * interval '1 hour' end
            from generate_series(1, 40) i
            """,
            Encoding.Latin1.GetString(Gbk.GetBytes("放射科")));
        await RunAsync("insert into t_exam select 41, study_uid, pat_no, req_no, exam_dt, exam_tm, dept, dev, img_cnt, booked from t_exam where id = 7");
        await RunAsync("insert into t_exam values (42, null, 'P41', 'R'), (43, '  ', 'P42', 'R')");
        await RunAsync(
            """
            insert into t_img values ('1.2.1', '1.2.1.1', '1.2.1.0', '\\nas1\PACS\2024\01\放 射\1.dcm', 100), ('1.2.1', '1.2.1.1', '1.2.1.0', '\\nas1\PACS\2024\01\放 射\1.dcm', 100),
                ('1.2.1', '1.2.1.2', '1.2.1.0', 'd:\img\2.dcm', null), ('1.2.1', '1.2.1.3', '1.2.1.0', '/elsewhere/3.dcm', null), ('1.2.1', '1.2.1.4', '1.2.1.0', '\\NAS1\pacs\..\..\etc\passwd', null)
            """);
        await RunAsync("insert into t_rpt values (1, '1.2.1', $1, $2)", Gbk.GetBytes("报告.pdf"), Report);
    }

    /// <summary>Another way in, for one who closes it.</summary>
    internal NpgsqlDataSource Another() => NpgsqlDataSource.Create(_server!.ConnectionString);

    public async ValueTask DisposeAsync()
    {
        if (Source is not null)
            await Source.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
    }

    private async Task RunAsync(string text, params object[] values)
    {
        await using var command = Source.CreateCommand(text);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync();
    }
}
