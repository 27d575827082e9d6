using System.Globalization;
using System.Text;
using MedStreams.Dicom;
using MedStreams.Dicom.Pacs;

namespace MedStreams.Support.Volume;

/// <summary>
/// A PACS full of examinations, made of a seed: several departments; Chinese names in GB18030, GBK and UTF-8, with bytes that look like backslashes; studies without a date
/// or with one that is none; copies and contradictions; all kinds of transfer syntaxes, compressed ones with fragments that are noise; documents; films.
/// </summary>
internal sealed class GeneratedVolume
{
    internal const string EncapsulatedPdf = "1.2.840.10008.5.1.4.1.1.104.1";
    private const string Film = "1.2.840.10008.5.1.4.1.1.3.1";
    private const string Root = "1.2.826.0.1.3680043.10.1429.8"; // UIDs below are synthetic

    private static readonly (string Department, string Modality, string SopClass)[] Departments =
    [
        ("RADIOLOGY", "CT", "1.2.840.10008.5.1.4.1.1.2"),
        ("RADIOLOGY", "MR", "1.2.840.10008.5.1.4.1.1.4"),
        ("EMERGENCY", "CR", "1.2.840.10008.5.1.4.1.1.1"),
        ("ULTRASOUND", "US", "1.2.840.10008.5.1.4.1.1.6.1"),
        ("ENDOSCOPY", "ES", "1.2.840.10008.5.1.4.1.1.77.1.1.1"),
        ("CARDIOLOGY", "XA", "1.2.840.10008.5.1.4.1.1.12.1"),
    ];

    private static readonly TransferSyntax[] Syntaxes =
    [
        TransferSyntax.ExplicitLittleEndian,
        TransferSyntax.ImplicitLittleEndian,
        TransferSyntax.Of("1.2.840.10008.1.2.4.70"),
        TransferSyntax.Of("1.2.840.10008.1.2.4.90"),
        TransferSyntax.ExplicitLittleEndian,
        TransferSyntax.Of("1.2.840.10008.1.2.5"),
        TransferSyntax.Of("1.2.840.10008.1.2.4.50"),
        TransferSyntax.ExplicitBigEndian,
        TransferSyntax.Of("1.2.840.10008.1.2.4.80"),
        TransferSyntax.DeflatedExplicitLittleEndian,
    ];

    // Of the first, the last byte is a backslash in GB18030 and GBK.
    private static readonly string[] Chinese = ["Li^Cheng=李^誠", "Wang^Xiaodong=王^小东", "Zhang^Xue=张^雪", "Ouyang^Kun=歐陽^崑", "Chen^Jing=陈^静"];

    private GeneratedVolume(VolumeOptions options, IReadOnlyList<GeneratedStudy> studies) => (Options, Studies) = (options, studies);

    /// <summary>What was asked for.</summary>
    public VolumeOptions Options { get; }

    /// <summary>The studies.</summary>
    public IReadOnlyList<GeneratedStudy> Studies { get; }

    /// <summary>All instances, each once.</summary>
    public IEnumerable<GeneratedInstance> Instances => Studies.SelectMany(s => s.Instances);

    /// <summary>Plans it; nothing is written.</summary>
    public static GeneratedVolume Of(VolumeOptions? options = null)
    {
        options ??= new VolumeOptions();
        var studies = new List<GeneratedStudy>();
        for (var count = 0; count < options.Instances;)
        {
            studies.Add(Study(options, studies.Count));
            count += studies[^1].Instances.Count;
        }

        return new GeneratedVolume(options, studies);
    }

    /// <summary>A document of some length that begins as PDF does.</summary>
    internal static byte[] Pdf(int seed, int length)
    {
        var bytes = new byte[(Math.Max(length, 32) + 1) & ~1];
        new Random(seed).NextBytes(bytes);
        "%PDF-1.4\n"u8.CopyTo(bytes);
        "\n%%EOF\n"u8.CopyTo(bytes.AsSpan(bytes.Length - 7));
        return bytes;
    }

    private static GeneratedStudy Study(VolumeOptions options, int i)
    {
        var random = new Random(unchecked((options.Seed * 1_000_003) + i));
        var (department, modality, sopClass) = Departments[i % Departments.Length];
        var characterSet = (i % 5) switch { 0 => "GB18030", 1 => "GBK", 2 => "ISO_IR 192", 3 => "ISO_IR 100", _ => null };
        var day = options.FirstDay.AddDays(random.Next(options.Days));
        var (written, date) = WrittenDate(i, day);
        var series = 1 + random.Next(3);
        var exam = new ExamRecord
        {
            StudyInstanceUid = $"{Root}.{options.Seed}.{i}",
            PatientId = $"P{options.Seed:D3}{i / 2:D6}",
            IssuerOfPatientId = "HOSPITAL",
            PatientName = Name(characterSet, i),
            AccessionNumber = $"A{i:D8}",
            StudyDate = date,
            StudyTime = new TimeOnly(random.Next(24), random.Next(60), random.Next(60)),
            Department = department,
            Description = characterSet is "GB18030" or "GBK" or "ISO_IR 192" ? "胸部平扫" : "Thorax",
            Modalities = i % 60 == 7 ? [modality, "US"] : i % 11 == 5 ? ["DOC", modality] : [modality],
        };
        var instances = new List<GeneratedInstance>();
        for (var s = 0; s < series; s++)
        {
            var one = new GeneratedInstance
            {
                Exam = exam,
                CharacterSet = characterSet,
                WrittenDate = written,
                Uid = "",
                SeriesUid = $"{exam.StudyInstanceUid}.{s + 1}",
                SopClass = sopClass,
                Modality = modality,
                Syntax = Syntaxes[(i + s) % Syntaxes.Length],
                SeriesNumber = s + 1,
                Number = 1,
                Bytes = 0,
                Seed = 0,
            };
            var count = i % 40 == 13 ? 40 + random.Next(40) : 1 + random.Next(9);
            for (var n = 1; n <= count; n++)
            {
                instances.Add(one with
                {
                    Uid = $"{one.SeriesUid}.{n}",
                    Number = n,
                    Bytes = (options.PixelBytes / 2) + random.Next(options.PixelBytes + 1),
                    Seed = random.Next(),
                    IsRecodable = options.HasRecodables && (i + n) % 3 == 0,
                });
            }
        }

        AddSpecials(options, i, instances, random);
        exam = exam with { Series = instances.Select(n => n.SeriesUid).Distinct().Count(), Instances = instances.Count };
        return new GeneratedStudy(exam, characterSet, written, [.. instances.Select(n => n with { Exam = exam })], Documents(i, random))
        {
            Copies = i % 9 == 4 ? [instances[0] with { Exam = exam }] : [],
            Changed = i % 27 == 8 ? [instances[^1] with { Exam = exam, Seed = random.Next(), IsRecodable = false }] : [],
        };
    }

    /// <summary>A film in every sixtieth study, a PDF as an instance in every eleventh.</summary>
    private static void AddSpecials(VolumeOptions options, int i, List<GeneratedInstance> instances, Random random)
    {
        var like = instances[0];
        if (i % 60 == 7)
        {
            instances.Add(like with
            {
                SopClass = Film,
                Modality = "US",
                SeriesUid = $"{like.Exam.StudyInstanceUid}.8",
                SeriesNumber = 8,
                Uid = $"{like.Exam.StudyInstanceUid}.8.1",
                Frames = 24,
                Bytes = options.FilmBytes,
                Seed = random.Next(),
                Syntax = i % 120 == 7 ? TransferSyntax.ExplicitLittleEndian : TransferSyntax.Of("1.2.840.10008.1.2.4.50"),
            });
        }

        if (i % 11 == 5)
        {
            instances.Add(like with
            {
                SopClass = EncapsulatedPdf,
                Modality = "DOC",
                SeriesUid = $"{like.Exam.StudyInstanceUid}.9",
                SeriesNumber = 9,
                Uid = $"{like.Exam.StudyInstanceUid}.9.1",
                Bytes = 1_000 + random.Next(1_000),
                Seed = random.Next(),
                Syntax = TransferSyntax.ExplicitLittleEndian,
            });
        }
    }

    private static IReadOnlyList<GeneratedDocument> Documents(int i, Random random) => (i % 7) switch
    {
        2 => [new GeneratedDocument("report.pdf", "application/pdf", Pdf(random.Next(), 1_500))],
        4 =>
        [
            new GeneratedDocument("报告.pdf", "application/pdf", Pdf(random.Next(), 700)),
            new GeneratedDocument("order.txt", "text/plain", Encoding.UTF8.GetBytes($"检查申请 {i}\r\n")),
        ],
        _ => [],
    };

    private static (string? Written, DateOnly? Date) WrittenDate(int i, DateOnly day) => (i % 17) switch
    {
        3 => (null, null),
        7 => ("", null),
        11 => ("20191340", null),
        14 => ("UNKNOWN", null),
        _ => (day.ToString("yyyyMMdd", CultureInfo.InvariantCulture), day),
    };

    private static string Name(string? characterSet, int i) => characterSet switch
    {
        "GB18030" or "GBK" or "ISO_IR 192" => Chinese[i / 5 % Chinese.Length],
        "ISO_IR 100" => "Müller^Jürgen",
        _ => "SMITH^JOHN",
    };
}
