using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Pacs.Inspecting;
using MedStreams.RocksDb;

namespace MedStreams.Sources.Pacs.Files;

/// <summary>
/// The index of a tree of files, in RocksDB: what was read of a file is not read again while its size and time stay, and studies stand in the order in which
/// they are listed. A file and what follows from it change in one batch, so that a crash leaves the index true. Safe for several threads.
/// </summary>
internal sealed class TreeIndex : IDisposable
{
    /// <summary>The day of studies without one.</summary>
    public const string NoDay = "00000000";

    private static readonly byte[] ScanKey = "scan"u8.ToArray();
    private static readonly byte[] CompletedKey = "completed"u8.ToArray();

    private readonly RocksDatabase _database;

    /// <summary>Opens or makes an index.</summary>
    /// <exception cref="PacsException">Another process uses it, or it cannot be read.</exception>
    public TreeIndex(string folder)
    {
        Directory.CreateDirectory(folder);
        var options = new RocksDbOptions { WriteBufferBytes = 16L << 20, MaxOpenFiles = 256, BlockBytes = 16 << 10 };
        try
        {
            _database = RocksDatabase.Open(folder, options, "files", "members", "variants", "studies", "days", "accessions", "folders", "changed", "documents", "findings");
        }
        catch (RocksDbException e)
        {
            throw new PacsException($"The index of the directory tree cannot be opened: {e.Message} Does another process use it? Else delete the folder; it is made anew.", e);
        }

        (Files, Members, Variants, Studies, Days) = (Family("files"), Family("members"), Family("variants"), Family("studies"), Family("days"));
        (Accessions, Folders, Changed, Documents, Findings) = (Family("accessions"), Family("folders"), Family("changed"), Family("documents"), Family("findings"));
    }

    /// <summary>Path -> <see cref="IndexedFile"/>.</summary>
    public ColumnFamily Files { get; }

    /// <summary>Study, path -> nothing.</summary>
    public ColumnFamily Members { get; }

    /// <summary>Study, variant -> what files of that variant say of patient and examination.</summary>
    public ColumnFamily Variants { get; }

    /// <summary>Study -> <see cref="IndexedStudy"/>.</summary>
    public ColumnFamily Studies { get; }

    /// <summary>Day, study -> nothing.</summary>
    public ColumnFamily Days { get; }

    /// <summary>Accession number, study -> nothing.</summary>
    public ColumnFamily Accessions { get; }

    /// <summary>Folder, study -> nothing.</summary>
    public ColumnFamily Folders { get; }

    /// <summary>Studies whose files have changed since they were summed up.</summary>
    public ColumnFamily Changed { get; }

    /// <summary>Paths of documents.</summary>
    public ColumnFamily Documents { get; }

    /// <summary>Path or study, and what of it -> <see cref="SourceFinding"/>.</summary>
    public ColumnFamily Findings { get; }

    /// <summary>The last scan that was begun; 0: none.</summary>
    public long Scan => Number(ScanKey) ?? 0;

    /// <summary>When the last scan that came to its end was begun; null: none did.</summary>
    public DateTimeOffset? Completed => Number(CompletedKey) is { } ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <summary>Begins a scan.</summary>
    public long BeginScan()
    {
        var scan = Scan + 1;
        Write(batch => batch.Put(_database.Default, ScanKey, Bytes(scan)));
        return scan;
    }

    /// <summary>Notes that a scan that began then is complete.</summary>
    public void EndScan(DateTimeOffset began) => Write(batch => batch.Put(_database.Default, CompletedKey, Bytes(began.UtcTicks)));

    public IndexedFile? File(string path) => Read(Files, Key(path), IndexJson.Default.IndexedFile);

    public IndexedStudy? Study(string study) => Read(Studies, Key(study), IndexJson.Default.IndexedStudy);

    /// <summary>Writes a batch.</summary>
    public void Write(Action<WriteBatch> fill)
    {
        using var batch = new WriteBatch();
        fill(batch);
        Write(batch);
    }

    public void Write(WriteBatch batch) => _database.Write(batch);

    /// <summary>Some keys of a family from one on, in their order, with their values; taken in portions, so that nothing is held open between.</summary>
    public IEnumerable<(string Key, byte[] Value)> Walk(ColumnFamily family, string prefix = "", string? after = null, string? upTo = null)
    {
        var from = after is null ? null : Key(after);
        while (true)
        {
            var portion = Portion(family, Key(prefix), from, upTo is null ? null : Key(upTo));
            foreach (var (key, value) in portion)
                yield return (Encoding.UTF8.GetString(key), value);
            if (portion.Count < PortionLength)
                yield break;
            from = portion[^1].Key;
        }
    }

    /// <summary>What stands behind the separator in the keys that begin with something and it.</summary>
    public IEnumerable<string> Under(ColumnFamily family, string first) =>
        Walk(family, Pair(first, "")).Select(found => found.Key[(first.Length + 1)..]);

    public IEnumerable<SourceFinding> AllFindings() =>
        Walk(Findings).Select(found => JsonSerializer.Deserialize(found.Value, IndexJson.Default.SourceFinding)!);

    public ExamRecord? Variant(string study, string variant) => Read(Variants, Key(Pair(study, variant)), IndexJson.Default.ExamRecord);

    public static byte[] Key(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>A key of two parts.</summary>
    public static string Pair(string first, string second) => $"{first}\0{second}";

    /// <summary>A day as it stands in keys.</summary>
    public static string Day(DateOnly? day) => day?.ToString("yyyyMMdd", CultureInfo.InvariantCulture) ?? NoDay;

    public void Dispose() => _database.Dispose();

    private const int PortionLength = 512;

    private List<(byte[] Key, byte[] Value)> Portion(ColumnFamily family, byte[] prefix, byte[]? after, byte[]? upTo)
    {
        var portion = new List<(byte[], byte[])>(PortionLength);
        using var iterator = prefix.Length == 0 ? _database.Iterate(family, default, upTo) : _database.IteratePrefix(family, prefix);
        var there = after is null ? iterator.SeekToFirst() : iterator.Seek(after);
        if (there && after is not null && iterator.Key.SequenceEqual(after))
            there = iterator.Next();
        for (; there && portion.Count < PortionLength; there = iterator.Next())
            portion.Add((iterator.Key.ToArray(), iterator.Value.ToArray()));
        return portion;
    }

    private T? Read<T>(ColumnFamily family, byte[] key, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        using var value = _database.Get(family, key);
        return value.Exists ? JsonSerializer.Deserialize(value.Span, type) : null;
    }

    private long? Number(byte[] key)
    {
        using var value = _database.Get(_database.Default, key);
        return value.Exists ? BinaryPrimitives.ReadInt64BigEndian(value.Span) : null;
    }

    private static byte[] Bytes(long number)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        return bytes;
    }

    private ColumnFamily Family(string name) => _database.ColumnFamily(name);
}
