using System.Globalization;
using MedStreams.Dicom;
using MedStreams.Dicom.Pacs;
using MedStreams.Support.Volume;

namespace MedStreams.Migration.Bench;

/// <summary>Studies of CT images, all of one size, whose pixels are noise.</summary>
internal static class Images
{
    private const string CtImageStorage = "1.2.840.10008.5.1.4.1.1.2";

    /// <summary>Makes studies of up to so many images.</summary>
    public static IReadOnlyList<(ExamRecord Exam, IReadOnlyList<GeneratedInstance> Instances)> Of(int images, int bytes, int imagesInStudy) =>
        [.. Enumerable.Range(0, (images + imagesInStudy - 1) / imagesInStudy).Select(i => Study(i, Math.Min(imagesInStudy, images - (i * imagesInStudy)), bytes))];

    /// <summary>Makes one study for each number of images.</summary>
    public static IReadOnlyList<(ExamRecord Exam, IReadOnlyList<GeneratedInstance> Instances)> OfCounts(int bytes, params IReadOnlyList<int> images) =>
        [.. images.Select((count, number) => Study(number, count, bytes))];

    private static (ExamRecord Exam, IReadOnlyList<GeneratedInstance> Instances) Study(int number, int images, int bytes)
    {
        var uid = string.Create(CultureInfo.InvariantCulture, $"1.2.826.0.1.3680043.10.1429.9.{number}");
        var exam = new ExamRecord { StudyInstanceUid = uid, PatientId = $"B{number}", PatientName = "BENCH^MARK", AccessionNumber = $"B{number}", StudyDate = new DateOnly(2020, 1, 2) };
        return (exam, [.. Enumerable.Range(1, images).Select(i => new GeneratedInstance
        {
            Exam = exam,
            CharacterSet = null,
            WrittenDate = "20200102",
            Uid = $"{uid}.1.{i}",
            SeriesUid = $"{uid}.1",
            SopClass = CtImageStorage,
            Modality = "CT",
            Syntax = TransferSyntax.ExplicitLittleEndian,
            SeriesNumber = 1,
            Number = i,
            Bytes = bytes,
            Seed = (number * 100_000) + i,
        })]);
    }
}
