using System.Data.Common;
using System.Text;
using MedStreams.Dicom.Pacs;

namespace MedStreams.Sources.Pacs.Sql;

/// <summary>The columns of a query for objects, and how an object is made of them.</summary>
internal sealed class SqlObjectColumns(SqlQuery query, SqlObjectMapping map)
{
    private readonly int? _id = query.Select(map.Id ?? "null"); // one column at least
    private readonly int? _series = query.Select(map.SeriesInstanceUid);
    private readonly int? _sopClass = query.Select(map.SopClassUid);
    private readonly int? _syntax = query.Select(map.TransferSyntaxUid);
    private readonly int? _number = query.Select(map.InstanceNumber);
    private readonly int? _mediaType = query.Select(map.MediaType);
    private readonly int? _bytes = query.Select(map.Bytes);
    private readonly int? _path = query.Select(map.Path);
    private readonly int? _key = query.Select(map.ContentKey);

    /// <summary>What orders the rows: the same for each reading.</summary>
    public IReadOnlyList<string> Order { get; } = [.. new[] { map.Id, map.Path, map.ContentKey }.OfType<string>().Distinct(StringComparer.Ordinal)];

    /// <summary>The object of a row; of an image whose SOP Instance UID is not there, without a name.</summary>
    public StudyObject Read(DbDataReader row, Encoding? encoding, List<string> notes)
    {
        var path = SqlValues.Text(row, _path, encoding);
        var location = map.Content is null ? path is null ? null : Place(path, notes)
            : _key is { } key && !row.IsDBNull(key) ? SqlContentLocation.Of(map.Name, row.GetValue(key)) : null;
        var id = SqlValues.Text(row, _id, encoding);
        if (map.Kind == StudyObjectKind.Document)
            id ??= path?.Split('/', '\\')[^1] ?? (_key is { } k ? SqlValues.Text(row, k, encoding) : null) ?? "document";
        return new StudyObject
        {
            Id = id ?? "",
            Kind = map.Kind,
            SeriesInstanceUid = SqlValues.Text(row, _series, encoding) ?? "",
            SopClassUid = SqlValues.Text(row, _sopClass, encoding),
            TransferSyntaxUid = SqlValues.Text(row, _syntax, encoding),
            InstanceNumber = (int?)SqlValues.Number(row, _number),
            MediaType = map.Kind == StudyObjectKind.Document ? SqlValues.Text(row, _mediaType, encoding) ?? Files.MediaTypes.Of([], path ?? id ?? "") : null,
            Bytes = SqlValues.Number(row, _bytes),
            Location = location,
        };
    }

    /// <summary>The address of a path as the old PACS wrote it; parts that would climb stay in it, and are refused where it is opened.</summary>
    private string? Place(string path, List<string> notes)
    {
        foreach (var place in map.Places)
        {
            if (path.StartsWith(place.Prefix, StringComparison.OrdinalIgnoreCase))
            {
                var parts = path[place.Prefix.Length..].Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.EscapeDataString);
                return place.Address.TrimEnd('/') + "/" + string.Join('/', parts);
            }
        }

        const string Unknown = "A path begins with nothing that the mapping knows: declare its place.";
        if (!notes.Contains(Unknown))
            notes.Add(Unknown);
        return null;
    }
}
