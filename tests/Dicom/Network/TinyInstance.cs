using MedStreams.Dicom.Writing;

namespace MedStreams.Dicom.Tests.Network;

/// <summary>Small secondary captures.</summary>
internal static class TinyInstance
{
    public static byte[] Of(string study, string series, string instance, string? date = null)
    {
        var dataSet = new DicomDataSet();
        dataSet.Set(Tags.SopClassUid, DicomVr.UI, TestNetwork.SecondaryCapture);
        dataSet.Set(Tags.SopInstanceUid, DicomVr.UI, instance);
        if (date is not null)
            dataSet.Set(Tags.StudyDate, DicomVr.DA, date);
        dataSet.Set(Tags.Modality, DicomVr.CS, "OT");
        dataSet.Set(Tags.PatientName, DicomVr.PN, "TINY^ONE");
        dataSet.Set(Tags.PatientId, DicomVr.LO, "TINY");
        dataSet.Set(Tags.StudyInstanceUid, DicomVr.UI, study);
        dataSet.Set(Tags.SeriesInstanceUid, DicomVr.UI, series);
        dataSet.Set(Tags.InstanceNumber, DicomVr.IS, "1");
        return DicomEncoder.ToBytes(dataSet, TransferSyntax.ExplicitLittleEndian).ToArray();
    }
}
