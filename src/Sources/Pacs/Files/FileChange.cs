using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Pacs.Inspecting;
using MedStreams.RocksDb;

namespace MedStreams.Sources.Pacs.Files;

/// <summary>Writes what changes with a file: its entry, its study's list of members, what is to be told of it.</summary>
internal static class FileChange
{
    /// <summary>A file is there, new or other than before.</summary>
    public static void Put(TreeIndex index, WriteBatch batch, string path, IndexedFile? before, IndexedFile file, ExamRecord? exam)
    {
        if (before is not null)
            Remove(index, batch, path, before);
        var key = TreeIndex.Key(path);
        batch.Put(index.Files, key, IndexJson.Bytes(file));
        if (file.Study is { } study)
        {
            batch.Put(index.Members, TreeIndex.Key(TreeIndex.Pair(study, path)), default);
            batch.Put(index.Changed, TreeIndex.Key(study), default);
            if (exam is not null)
                batch.Put(index.Variants, TreeIndex.Key(TreeIndex.Pair(study, file.Variant!)), IndexJson.Bytes(exam));
        }

        if (file.Kind == IndexedKind.Document)
            batch.Put(index.Documents, key, default);
        if (file.Finding is { } kind)
        {
            batch.Put(index.Findings, FindingKey(path), IndexJson.Bytes(new SourceFinding(kind, file.Detail!) { Location = FileLocation.Of(path) }));
        }
    }

    /// <summary>A file is gone, or is about to be written anew.</summary>
    public static void Remove(TreeIndex index, WriteBatch batch, string path, IndexedFile file)
    {
        var key = TreeIndex.Key(path);
        batch.Delete(index.Files, key);
        if (file.Study is { } study)
        {
            batch.Delete(index.Members, TreeIndex.Key(TreeIndex.Pair(study, path)));
            batch.Put(index.Changed, TreeIndex.Key(study), default);
        }

        if (file.Kind == IndexedKind.Document)
            batch.Delete(index.Documents, key);
        if (file.Finding is not null)
            batch.Delete(index.Findings, FindingKey(path));
    }

    private static byte[] FindingKey(string path) => TreeIndex.Key(TreeIndex.Pair("file", path));
}
