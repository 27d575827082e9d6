using MedStreams.Dicom;

namespace MedStreams.Sources.Tests.Pacs;

/// <summary>Small DICOM instances to make trees of.</summary>
internal sealed record Instances
{
    public const string Ct = "1.2.840.10008.5.1.4.1.1.2";

    public string Study { get; init; } = "1.2.3";

    public string Series { get; init; } = "1.2.3.1";

    public string Instance { get; init; } = "1.2.3.1.1";

    public string PatientId { get; init; } = "P1";

    public string PatientName { get; init; } = "王^小东";

    public string? Date { get; init; } = "20240105";

    public string? Accession { get; init; } = "A1";

    public string Modality { get; init; } = "CT";

    public string Department { get; init; } = "放射科";

    public int Number { get; init; } = 1;

    public int Pixels { get; init; } = 2000;

    public byte Shade { get; init; }

    public DicomDataSet DataSet()
    {
        var set = new DicomDataSet();
        set.Set(Tags.SpecificCharacterSet, DicomVr.CS, "GB18030");
        set.Set(Tags.SopClassUid, DicomVr.UI, Ct);
        set.Set(Tags.SopInstanceUid, DicomVr.UI, Instance);
        if (Date is not null)
            set.Set(Tags.StudyDate, DicomVr.DA, Date);
        if (Accession is not null)
            set.Set(Tags.AccessionNumber, DicomVr.SH, Accession);
        set.Set(Tags.Modality, DicomVr.CS, Modality);
        set.Set(Tags.InstitutionalDepartmentName, DicomVr.LO, Department);
        set.Set(Tags.PatientName, DicomVr.PN, PatientName);
        set.Set(Tags.PatientId, DicomVr.LO, PatientId);
        set.Set(Tags.StudyInstanceUid, DicomVr.UI, Study);
        set.Set(Tags.SeriesInstanceUid, DicomVr.UI, Series);
        set.Set(Tags.InstanceNumber, DicomVr.IS, $"{Number}");
        var pixels = new byte[Pixels];
        pixels.AsSpan().Fill(Shade);
        set.Set(DicomElement.Of(Tags.PixelData, DicomVr.OW, pixels));
        return set;
    }

    /// <summary>A file of it, or its bare data set.</summary>
    public byte[] Bytes(TransferSyntax? syntax = null, bool isBare = false)
    {
        syntax ??= TransferSyntax.ExplicitLittleEndian;
        return isBare
            ? Dicom.Writing.DicomEncoder.ToBytes(DataSet(), syntax).ToArray()
            : DicomFile.ToBytes(DataSet(), syntax, Implementation.MedStreams).ToArray();
    }
}

/// <summary>A folder that goes with its test.</summary>
internal sealed class Folder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("medstreams-tree-").FullName;

    public string At(params string[] parts) => Path.Combine([Root, .. parts]);

    public string Put(string relative, byte[] content)
    {
        var path = At(relative.Split('/'));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
