using System.Security.Cryptography;
using MedStreams.Dicom;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Pacs.Inspecting;
using MedStreams.Dicom.Reading;

namespace MedStreams.Sources.Pacs.Files;

/// <summary>Tells what a file is by its first bytes, never by its name. Safe for several threads.</summary>
internal sealed class FileClassifier(DirectoryTreeOptions options, DocumentTable table)
{
    private const string DicomDirClass = "1.2.840.10008.1.3.10";
    private static readonly DicomTag StopBefore = new(0x0020, 0x0014);

    /// <summary>What a file is, and of an instance what it says of its examination.</summary>
    public async Task<(IndexedFile File, ExamRecord? Exam)> ClassifyAsync(MetFile met, long scan, CancellationToken cancellationToken)
    {
        var file = new IndexedFile { Scan = scan, Size = met.Size, Ticks = met.Ticks, Kind = IndexedKind.Other };
        if (met.Size == 0)
            return (file with { Finding = FindingKind.UnreadableFile, Detail = "The file is empty, or no regular file." }, null);
        var claim = Claim(met);
        try
        {
            await using var content = new FileStream(
                met.Path, new FileStreamOptions { Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0, Options = FileOptions.Asynchronous });
            var beginning = new byte[132];
            var read = await content.ReadAtLeastAsync(beginning, beginning.Length, throwOnEndOfStream: false, cancellationToken);
            var isFile = read == 132 && beginning.AsSpan(128).SequenceEqual("DICM"u8);
            if (claim is not null && !isFile)
                return (file with { Kind = IndexedKind.Document, Claim = claim with { MediaType = claim.MediaType ?? MediaTypes.Of(beginning.AsSpan(0, read), met.Path) } }, null);
            content.Position = 0;
            return await ReadAsync(content, file, isFile, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Size -1: it is tried again with the next scan.
            return (file with { Size = -1, Finding = FindingKind.UnreadableFile, Detail = Why(e, met.Path) }, null);
        }
    }

    private async Task<(IndexedFile File, ExamRecord? Exam)> ReadAsync(Stream content, IndexedFile file, bool isFile, CancellationToken cancellationToken)
    {
        DicomBeginning beginning;
        try
        {
            beginning = await DicomBeginning.ReadAsync(content, StopBefore, options.AssumedCharacterSet, cancellationToken);
        }
        catch (DicomException e)
        {
            return (isFile
                ? file with { Finding = FindingKind.UnreadableFile, Detail = e.Message }
                : file with { Finding = FindingKind.UnknownFile, Detail = "The file is neither DICOM nor declared as a document." }, null);
        }

        var dataSet = beginning.DataSet;
        if (beginning.MetaInformation?.Text(Tags.MediaStorageSopClassUid) == DicomDirClass)
            return (file with { Kind = IndexedKind.DicomDir }, null);
        if (dataSet.Text(Tags.SopInstanceUid) is not { } instance || dataSet.Text(Tags.SopClassUid) is not { } sopClass || ExamReader.Read(dataSet, options.Department) is not { } exam)
        {
            return (file with
            {
                Finding = isFile ? FindingKind.UnreadableFile : FindingKind.UnknownFile,
                Detail = $"It does not say which instance of which study it is: {Tags.SopClassUid}, {Tags.SopInstanceUid}, {Tags.StudyInstanceUid}.",
            }, null);
        }

        exam = exam with { Modalities = [], Series = null, Instances = null };
        return (file with
        {
            Kind = IndexedKind.Instance,
            Study = exam.StudyInstanceUid,
            Instance = instance,
            SopClass = sopClass,
            Syntax = beginning.Syntax.Uid,
            Series = dataSet.Text(Tags.SeriesInstanceUid) ?? "",
            Modality = dataSet.Text(Tags.Modality),
            Number = dataSet.Integer(Tags.InstanceNumber) is { } number and >= 0 and <= int.MaxValue ? (int)number : null,
            Variant = Convert.ToHexStringLower(SHA256.HashData(IndexJson.Bytes(exam)).AsSpan(0, 8)),
        }, exam);
    }

    private DocumentClaim? Claim(MetFile met)
    {
        if (table.Of(met.Path) is { } declared)
            return declared;
        var relative = met.Root == "/" ? met.Path[1..] : met.Path[(met.Root.Length + 1)..];
        return options.Documents.Select(rule => rule.Apply(relative)).FirstOrDefault(claim => claim is not null);
    }

    private static string Why(Exception e, string path) =>
        path.Contains('\uFFFD', StringComparison.Ordinal) ? "The name is not UTF-8, so that the file cannot be opened: rename it (convmv)."
        : e is UnauthorizedAccessException ? "The operating system does not let the file be read."
        : "The disk or the share failed while the file was read, or it went away.";
}
