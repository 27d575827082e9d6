using System.Globalization;
using MedStreams.Dicom.Pacs;

namespace MedStreams.Dicom.Wrapping;

/// <summary>What a wrapped document has of its study: the attributes of patient, study and series, and identifiers that follow from both.</summary>
internal sealed class WrappedStudy(StudyCollection study, StudyObject document, WrappedKind kind)
{
    // Far behind the numbers that devices give.
    private const int FirstSeriesNumber = 9_001;

    public WrappedKind Kind => kind;

    public string SeriesUid { get; } = DerivedUid.Of("series", study.Exam.StudyInstanceUid, kind.ToString());

    public string InstanceUid { get; } = InstanceUidOf(document, study.Exam);

    /// <summary>The document's place among those of the study, by name, from 1.</summary>
    public int InstanceNumber { get; } = 1 + study.Objects.Count(o => o.Kind == StudyObjectKind.Document && string.CompareOrdinal(o.Id, document.Id) < 0);

    /// <summary>The name without its path.</summary>
    public string Title { get; } = document.Id.Split('/', '\\')[^1];

    public static string InstanceUidOf(StudyObject document, ExamRecord exam) => DerivedUid.Of("document", exam.StudyInstanceUid, document.Id);

    /// <summary>The attributes that all kinds have.</summary>
    public DicomDataSet DataSet(string sopClass, string modality)
    {
        var exam = study.Exam;
        var dataSet = new DicomDataSet();
        dataSet.Set(Tags.SpecificCharacterSet, DicomVr.CS, "ISO_IR 192");
        dataSet.Set(Tags.SopClassUid, DicomVr.UI, sopClass);
        dataSet.Set(Tags.SopInstanceUid, DicomVr.UI, InstanceUid);
        var day = exam.StudyDate?.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        var time = exam.StudyTime?.ToString("HHmmss", CultureInfo.InvariantCulture);
        SetOrEmpty(dataSet, Tags.StudyDate, DicomVr.DA, day);
        SetOrEmpty(dataSet, Tags.StudyTime, DicomVr.TM, time);
        SetOrEmpty(dataSet, WrappingTags.ContentDate, DicomVr.DA, day);
        SetOrEmpty(dataSet, WrappingTags.ContentTime, DicomVr.TM, time);
        SetOrEmpty(dataSet, Tags.AccessionNumber, DicomVr.SH, exam.AccessionNumber);
        dataSet.Set(Tags.Modality, DicomVr.CS, modality);
        dataSet.Set(WrappingTags.ConversionType, DicomVr.CS, "WSD");
        SetOrEmpty(dataSet, WrappingTags.Manufacturer, DicomVr.LO, null);
        SetOrEmpty(dataSet, WrappingTags.ReferringPhysicianName, DicomVr.PN, null);
        if (exam.Description is { Length: > 0 } description)
            dataSet.Set(Tags.StudyDescription, DicomVr.LO, description);
        dataSet.Set(WrappingTags.SeriesDescription, DicomVr.LO, "Documents");
        SetOrEmpty(dataSet, Tags.PatientName, DicomVr.PN, exam.PatientName);
        SetOrEmpty(dataSet, Tags.PatientId, DicomVr.LO, exam.PatientId);
        if (exam.IssuerOfPatientId is { Length: > 0 } issuer)
            dataSet.Set(Tags.IssuerOfPatientId, DicomVr.LO, issuer);
        SetOrEmpty(dataSet, Tags.PatientBirthDate, DicomVr.DA, null);
        SetOrEmpty(dataSet, Tags.PatientSex, DicomVr.CS, null);
        dataSet.Set(Tags.StudyInstanceUid, DicomVr.UI, exam.StudyInstanceUid);
        dataSet.Set(Tags.SeriesInstanceUid, DicomVr.UI, SeriesUid);
        SetOrEmpty(dataSet, Tags.StudyId, DicomVr.SH, null);
        dataSet.Set(Tags.SeriesNumber, DicomVr.IS, (FirstSeriesNumber + (int)kind).ToString(CultureInfo.InvariantCulture));
        dataSet.Set(Tags.InstanceNumber, DicomVr.IS, InstanceNumber.ToString(CultureInfo.InvariantCulture));
        return dataSet;
    }

    private static void SetOrEmpty(DicomDataSet dataSet, DicomTag tag, DicomVr vr, string? text)
    {
        if (string.IsNullOrEmpty(text))
            dataSet.Set(DicomElement.Of(tag, vr, default));
        else
            dataSet.Set(tag, vr, text);
    }
}
