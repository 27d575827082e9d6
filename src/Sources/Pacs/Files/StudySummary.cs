using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Pacs.Inspecting;
using MedStreams.RocksDb;

namespace MedStreams.Sources.Pacs.Files;

/// <summary>Sums up a study from its files, as often as they change.</summary>
internal static class StudySummary
{
    /// <summary>Sums up all studies that have changed; each in one batch, so that none is forgotten.</summary>
    public static void SumUpChanged(TreeIndex index, CancellationToken cancellationToken)
    {
        foreach (var (study, _) in index.Walk(index.Changed))
        {
            cancellationToken.ThrowIfCancellationRequested();
            index.Write(batch => SumUp(index, batch, study));
        }
    }

    private static void SumUp(TreeIndex index, WriteBatch batch, string study)
    {
        if (index.Study(study) is { } before)
            TakeOut(index, batch, study, before);
        var tally = new Tally();
        foreach (var path in index.Under(index.Members, study))
        {
            if (index.File(path) is { Kind: IndexedKind.Instance } file)
                tally.Add(path, file);
        }

        var variants = new List<ExamRecord>();
        foreach (var variant in index.Under(index.Variants, study).ToList())
        {
            if (!tally.Variants.ContainsKey(variant))
                batch.Delete(index.Variants, TreeIndex.Key(TreeIndex.Pair(study, variant)));
        }

        foreach (var (variant, _) in tally.Variants.OrderByDescending(v => v.Value).ThenBy(v => v.Key, StringComparer.Ordinal))
            variants.Add(index.Variant(study, variant)!);
        if (variants.Count > 0)
            PutIn(index, batch, study, tally, variants);
        batch.Delete(index.Changed, TreeIndex.Key(study));
    }

    private static void TakeOut(TreeIndex index, WriteBatch batch, string study, IndexedStudy before)
    {
        batch.Delete(index.Studies, TreeIndex.Key(study));
        batch.Delete(index.Days, DayKey(before.Exam));
        foreach (var accession in before.Accessions)
            batch.Delete(index.Accessions, TreeIndex.Key(TreeIndex.Pair(accession, study)));
        foreach (var folder in before.Folders)
            batch.Delete(index.Folders, TreeIndex.Key(TreeIndex.Pair(folder, study)));
        batch.Delete(index.Findings, FindingKey(study));
    }

    /// <summary>Puts a study in its places; what most of its files say of patient and examination stands first.</summary>
    private static void PutIn(TreeIndex index, WriteBatch batch, string study, Tally tally, List<ExamRecord> variants)
    {
        var exam = variants[0] with
        {
            StudyDate = variants.Select(v => v.StudyDate).FirstOrDefault(d => d is not null),
            Modalities = [.. tally.Modalities.Order(StringComparer.Ordinal)],
            Series = tally.Series.Count,
            Instances = tally.Instances.Count,
        };
        var accessions = variants.Select(v => v.AccessionNumber).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        batch.Put(index.Studies, TreeIndex.Key(study), IndexJson.Bytes(new IndexedStudy(exam, accessions, [.. tally.Folders.Order(StringComparer.Ordinal)])));
        batch.Put(index.Days, DayKey(exam), default);
        foreach (var accession in accessions)
            batch.Put(index.Accessions, TreeIndex.Key(TreeIndex.Pair(accession, study)), default);
        foreach (var folder in tally.Folders)
            batch.Put(index.Folders, TreeIndex.Key(TreeIndex.Pair(folder, study)), default);
        var patients = variants.Select(v => (v.IssuerOfPatientId ?? "", v.PatientId)).Distinct().Count();
        if (patients > 1)
        {
            batch.Put(index.Findings, FindingKey(study), IndexJson.Bytes(
                new SourceFinding(FindingKind.StudyOfSeveralPatients, $"Its files name {patients} patients.") { StudyInstanceUid = study }));
        }
    }

    private static byte[] DayKey(ExamRecord exam) => TreeIndex.Key(TreeIndex.Pair(TreeIndex.Day(exam.StudyDate), exam.StudyInstanceUid));

    private static byte[] FindingKey(string study) => TreeIndex.Key(TreeIndex.Pair("study", study));

    private sealed class Tally
    {
        public Dictionary<string, int> Variants { get; } = new(StringComparer.Ordinal);

        public HashSet<string> Series { get; } = new(StringComparer.Ordinal);

        public HashSet<string> Instances { get; } = new(StringComparer.Ordinal);

        public HashSet<string> Modalities { get; } = new(StringComparer.Ordinal);

        public HashSet<string> Folders { get; } = new(StringComparer.Ordinal);

        public void Add(string path, IndexedFile file)
        {
            Variants[file.Variant!] = Variants.GetValueOrDefault(file.Variant!) + 1;
            Series.Add(file.Series ?? "");
            Instances.Add(file.Instance!);
            if (file.Modality is not null)
                Modalities.Add(file.Modality);
            Folders.Add(Path.GetDirectoryName(path)!);
        }
    }
}
