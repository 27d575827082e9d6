using System.Data.Common;
using MedStreams.Dicom;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Reading;
using MedStreams.Sources.Pacs.Located;

namespace MedStreams.Sources.Pacs.Sql;

/// <summary>Finds in the tables of an old PACS what belongs to an examination, and where it lies. Safe for several threads.</summary>
/// <param name="database">The database; not disposed here.</param>
/// <param name="options">The mapping.</param>
/// <param name="files">Opens files whose SOP Instance UID the schema does not have; null: then there must be none such.</param>
public sealed class SqlStudyCollector(DbDataSource database, SqlSourceOptions options, IObjectStore? files) : IStudyCollector
{
    /// <inheritdoc/>
    public async ValueTask<StudyCollection?> CollectAsync(ExamRecord exam, CancellationToken cancellationToken)
    {
        var (objects, notes) = (new Dictionary<string, StudyObject>(StringComparer.Ordinal), new List<string>());
        foreach (var map in options.Objects)
        {
            foreach (var found in await ReadAsync(map, exam.StudyInstanceUid, notes, cancellationToken))
            {
                if (!objects.TryAdd(found.Id, found))
                    notes.Add($"{(found.Kind == StudyObjectKind.Instance ? $"Instance {found.Id}" : "A document")} stands in the tables more than once: the first row counts.");
            }
        }

        return objects.Count == 0 && !await IsThereAsync(exam.StudyInstanceUid, cancellationToken)
            ? null
            : new StudyCollection(exam, [.. objects.Values], notes);
    }

    private async Task<List<StudyObject>> ReadAsync(SqlObjectMapping map, string study, List<string> notes, CancellationToken cancellationToken)
    {
        var query = new SqlQuery(options);
        var columns = new SqlObjectColumns(query, map);
        query.Where($"{map.StudyInstanceUid} = {query.Value(study)}");
        var found = new List<StudyObject>();
        try
        {
            await using var command = query.ToCommand(database, map.From, columns.Order);
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
                found.Add(columns.Read(rows, options.TextEncoding, notes));
        }
        catch (DbException e)
        {
            throw SqlFailure.Of(options.Name, e);
        }

        for (var i = 0; i < found.Count; i++)
        {
            if (found[i].Id.Length == 0)
                found[i] = await IdentifyAsync(found[i], i, notes, cancellationToken);
        }

        return found;
    }

    /// <summary>Opens a file to learn which instance it is; one that does not tell keeps a name that nothing has, so that it counts, and is missed.</summary>
    private async Task<StudyObject> IdentifyAsync(StudyObject found, int row, List<string> notes, CancellationToken cancellationToken)
    {
        try
        {
            if (files is not null && found.Location is { } location)
            {
                await using var opened = await files.OpenAsync(location, 0, cancellationToken);
                var beginning = await DicomBeginning.ReadAsync(opened.Content, new DicomTag(0x0020, 0x0014), cancellationToken: cancellationToken);
                if (beginning.DataSet.Text(Tags.SopInstanceUid) is { } instance)
                {
                    return found with
                    {
                        Id = instance,
                        SopClassUid = beginning.DataSet.Text(Tags.SopClassUid),
                        SeriesInstanceUid = beginning.DataSet.Text(Tags.SeriesInstanceUid) ?? found.SeriesInstanceUid,
                        TransferSyntaxUid = beginning.Syntax.Uid,
                    };
                }
            }

            notes.Add("A row has no SOP Instance UID, and its file does not tell it.");
        }
        catch (DicomException e)
        {
            notes.Add($"A row has no SOP Instance UID, and its file cannot be read: {e.Message}");
        }
        catch (ObjectStoreException e) when (e.Failure != ObjectStoreFailure.Unavailable)
        {
            notes.Add($"A row has no SOP Instance UID, and its file cannot be opened: {e.Message}");
        }
        catch (ObjectStoreException e)
        {
            throw new PacsException($"{files!.Name}: {e.Message}", e) { Failure = PacsFailure.Unavailable };
        }

        return found with { Id = FormattableString.Invariant($"unknown-{row}") };
    }

    private async Task<bool> IsThereAsync(string study, CancellationToken cancellationToken)
    {
        var query = new SqlQuery(options);
        query.Select("count(*)");
        query.Where($"{options.Exams.StudyInstanceUid} = {query.Value(study)}");
        try
        {
            await using var command = query.ToCommand(database, options.Exams.From, []);
            return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), System.Globalization.CultureInfo.InvariantCulture) > 0;
        }
        catch (DbException e)
        {
            throw SqlFailure.Of(options.Name, e);
        }
    }
}
