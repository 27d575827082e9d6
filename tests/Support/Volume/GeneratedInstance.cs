using System.Globalization;
using System.Security.Cryptography;
using MedStreams.Dicom;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Writing;

namespace MedStreams.Support.Volume;

/// <summary>A generated instance; its bytes are made when they are asked for, and are the same each time.</summary>
internal sealed record GeneratedInstance
{
    /// <summary>Which study it is in.</summary>
    public required ExamRecord Exam { get; init; }

    /// <summary>(0008,0005); null: left out.</summary>
    public required string? CharacterSet { get; init; }

    /// <summary>(0008,0020) as it is written; null: left out.</summary>
    public required string? WrittenDate { get; init; }

    /// <summary>Its SOP Instance UID.</summary>
    public required string Uid { get; init; }

    /// <summary>Its series.</summary>
    public required string SeriesUid { get; init; }

    /// <summary>Its SOP class.</summary>
    public required string SopClass { get; init; }

    /// <summary>(0008,0060).</summary>
    public required string Modality { get; init; }

    /// <summary>How it is written.</summary>
    public required TransferSyntax Syntax { get; init; }

    /// <summary>(0020,0011).</summary>
    public required int SeriesNumber { get; init; }

    /// <summary>(0020,0013).</summary>
    public required int Number { get; init; }

    /// <summary>How many frames.</summary>
    public int Frames { get; init; } = 1;

    /// <summary>How many bytes the pixels have, of all frames; or the document, where it is one.</summary>
    public required int Bytes { get; init; }

    /// <summary>What the pixels are made of.</summary>
    public required int Seed { get; init; }

    /// <summary>Whether it holds a group length and a sequence of undefined length.</summary>
    public bool IsRecodable { get; init; }

    /// <summary>As a source should tell of it.</summary>
    public StudyObject Object => new()
    {
        Id = Uid,
        Kind = StudyObjectKind.Instance,
        SeriesInstanceUid = SeriesUid,
        SopClassUid = SopClass,
        TransferSyntaxUid = Syntax.Uid,
        InstanceNumber = Number,
    };

    /// <summary>What it is to the byte.</summary>
    public ObjectDigest Digest()
    {
        var bytes = DicomEncoder.ToBytes(DataSet(), Syntax);
        return ObjectDigest.Of(SHA256.HashData(bytes.Span), bytes.Length);
    }

    /// <summary>The file.</summary>
    public ReadOnlyMemory<byte> ToFile() => DicomFile.ToBytes(DataSet(), Syntax, Implementation.MedStreams);

    /// <summary>The data set.</summary>
    public DicomDataSet DataSet()
    {
        var to = new DicomDataSet(Syntax.IsBigEndian);
        if (CharacterSet is not null)
            to.Set(Tags.SpecificCharacterSet, DicomVr.CS, CharacterSet);
        to.Set(Tags.SopClassUid, DicomVr.UI, SopClass);
        to.Set(Tags.SopInstanceUid, DicomVr.UI, Uid);
        if (WrittenDate is not null)
            to.Set(Tags.StudyDate, DicomVr.DA, WrittenDate);
        to.Set(Tags.StudyTime, DicomVr.TM, Exam.StudyTime?.ToString("HHmmss", CultureInfo.InvariantCulture) ?? "");
        to.Set(Tags.AccessionNumber, DicomVr.SH, Exam.AccessionNumber ?? "");
        to.Set(Tags.Modality, DicomVr.CS, Modality);
        to.Set(Tags.InstitutionName, DicomVr.LO, CanWriteChinese ? "市第一人民医院" : "First Hospital");
        to.Set(Tags.InstitutionalDepartmentName, DicomVr.LO, Exam.Department);
        to.Set(Tags.StudyDescription, DicomVr.LO, Exam.Description ?? "");
        to.Set(Tags.PatientName, DicomVr.PN, Exam.PatientName ?? "");
        to.Set(Tags.PatientId, DicomVr.LO, Exam.PatientId);
        to.Set(Tags.IssuerOfPatientId, DicomVr.LO, Exam.IssuerOfPatientId ?? "");
        to.Set(Tags.PatientBirthDate, DicomVr.DA, "19610203");
        to.Set(Tags.PatientSex, DicomVr.CS, "O");
        to.Set(Tags.StudyInstanceUid, DicomVr.UI, Exam.StudyInstanceUid);
        to.Set(Tags.SeriesInstanceUid, DicomVr.UI, SeriesUid);
        to.Set(Tags.StudyId, DicomVr.SH, "1");
        to.Set(Tags.SeriesNumber, DicomVr.IS, $"{SeriesNumber}");
        to.Set(Tags.InstanceNumber, DicomVr.IS, $"{Number}");
        SetOrder(to);
        if (SopClass == GeneratedVolume.EncapsulatedPdf)
            to.Set(DicomElement.Of(new DicomTag(0x0042, 0x0011), DicomVr.OB, GeneratedVolume.Pdf(Seed, Bytes)));
        else
            SetPixels(to);
        if (IsRecodable)
            to.Set(Binary(new DicomTag(0x0008, 0), DicomVr.UL, (uint)GroupLength(to)));
        return to;
    }

    private bool CanWriteChinese => CharacterSet is "GB18030" or "GBK" or "ISO_IR 192";

    /// <summary>What was ordered: a sequence with a sequence in it, and a private block.</summary>
    private void SetOrder(DicomDataSet to)
    {
        var code = new DicomDataSet(Syntax.IsBigEndian);
        code.Set(new DicomTag(0x0008, 0x0100), DicomVr.SH, "P1-001");
        code.Set(new DicomTag(0x0008, 0x0102), DicomVr.SH, "99LOCAL");
        code.Set(new DicomTag(0x0008, 0x0104), DicomVr.LO, "Examination");
        var order = new DicomDataSet(Syntax.IsBigEndian);
        order.Set(DicomElement.Sequence(new DicomTag(0x0040, 0x0008), [new DicomItem(code, IsRecodable)], IsRecodable));
        order.Set(new DicomTag(0x0040, 0x1001), DicomVr.SH, Exam.AccessionNumber ?? "");
        to.Set(DicomElement.Sequence(new DicomTag(0x0040, 0x0275), [new DicomItem(order, IsRecodable)], IsRecodable));
        to.Set(new DicomTag(0x0009, 0x0010), DicomVr.LO, "MEDSTREAMS TEST");
        to.Set(DicomElement.Of(new DicomTag(0x0009, 0x1001), DicomVr.UN, new byte[] { 1, 2, 3, (byte)Number }));
    }

    private void SetPixels(DicomDataSet to)
    {
        const int columns = 32;
        var pixels = new byte[(Bytes + 1) & ~1];
        new Random(Seed).NextBytes(pixels);
        var rows = Math.Clamp(pixels.Length / Frames / columns, 1, ushort.MaxValue);
        to.Set(Binary(new DicomTag(0x0028, 0x0002), DicomVr.US, (ushort)1));
        to.Set(new DicomTag(0x0028, 0x0004), DicomVr.CS, "MONOCHROME2");
        if (Frames > 1)
            to.Set(new DicomTag(0x0028, 0x0008), DicomVr.IS, $"{Frames}");
        to.Set(Binary(Tags.Rows, DicomVr.US, (ushort)rows));
        to.Set(Binary(Tags.Columns, DicomVr.US, (ushort)columns));
        to.Set(Binary(new DicomTag(0x0028, 0x0100), DicomVr.US, (ushort)8));
        to.Set(Binary(new DicomTag(0x0028, 0x0101), DicomVr.US, (ushort)8));
        to.Set(Binary(new DicomTag(0x0028, 0x0102), DicomVr.US, (ushort)7));
        to.Set(Binary(new DicomTag(0x0028, 0x0103), DicomVr.US, (ushort)0));
        to.Set(Syntax.IsEncapsulated
            ? DicomElement.Encapsulated(Tags.PixelData, DicomVr.OB, Fragments(pixels))
            : DicomElement.Of(Tags.PixelData, Syntax.IsExplicit ? DicomVr.OB : DicomVr.OW, pixels.AsMemory(0, rows * columns * Frames)));
    }

    /// <summary>An offset table, empty in every other instance, and two fragments for each frame: nobody may look into them.</summary>
    private List<ReadOnlyMemory<byte>> Fragments(byte[] pixels)
    {
        var length = Math.Max(2, pixels.Length / (Frames * 2) & ~1);
        var fragments = Enumerable.Range(0, Frames * 2)
            .Select(i => (ReadOnlyMemory<byte>)pixels.AsMemory(Math.Min(i * length, pixels.Length - length), length)).ToList();
        var table = new byte[Number % 2 == 0 ? 0 : 4 * Frames];
        for (var frame = 0; frame * 4 < table.Length; frame++)
            BitConverter.TryWriteBytes(table.AsSpan(frame * 4), (uint)(frame * 2 * (length + 8)));
        fragments.Insert(0, table);
        return fragments;
    }

    private int GroupLength(DicomDataSet of)
    {
        var group = new DicomDataSet(Syntax.IsBigEndian);
        foreach (var element in of.Elements.Where(e => e.Tag.Group == 8))
            group.Set(element);
        return DicomEncoder.ToBytes(group, Syntax).Length;
    }

    private DicomElement Binary(DicomTag tag, DicomVr vr, ushort value)
    {
        var bytes = BitConverter.GetBytes(value);
        if (Syntax.IsBigEndian)
            Array.Reverse(bytes);
        return DicomElement.Of(tag, vr, bytes);
    }

    private DicomElement Binary(DicomTag tag, DicomVr vr, uint value)
    {
        var bytes = BitConverter.GetBytes(value);
        if (Syntax.IsBigEndian)
            Array.Reverse(bytes);
        return DicomElement.Of(tag, vr, bytes);
    }
}
