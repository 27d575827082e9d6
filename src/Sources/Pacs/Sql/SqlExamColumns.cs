using System.Data.Common;
using System.Text;
using MedStreams.Dicom.Pacs;

namespace MedStreams.Sources.Pacs.Sql;

/// <summary>The columns of a query for examinations, and how a record is made of them.</summary>
internal sealed class SqlExamColumns(SqlQuery query, SqlExamMapping map)
{
    private static readonly char[] Between = ['\\', ',', '/', ' ', ';'];

    private readonly int? _study = query.Select(map.StudyInstanceUid);
    private readonly int? _patient = query.Select(map.PatientId);
    private readonly int? _issuer = query.Select(map.IssuerOfPatientId);
    private readonly int? _name = query.Select(map.PatientName);
    private readonly int? _accession = query.Select(map.AccessionNumber);
    private readonly int? _date = query.Select(map.StudyDate);
    private readonly int? _time = query.Select(map.StudyTime);
    private readonly int? _department = query.Select(map.Department);
    private readonly int? _description = query.Select(map.Description);
    private readonly int? _modalities = query.Select(map.Modalities);
    private readonly int? _series = query.Select(map.Series);
    private readonly int? _instances = query.Select(map.Instances);
    private readonly List<(string Name, int? Column)> _attributes = [.. map.Attributes.Select(a => (a.Key, query.Select(a.Value)))];

    /// <summary>The record of a row; null where the row has no study UID.</summary>
    public ExamRecord? Read(DbDataReader row, Encoding? encoding)
    {
        if (SqlValues.Text(row, _study, encoding) is not { } study)
            return null;
        return new ExamRecord
        {
            StudyInstanceUid = study,
            PatientId = SqlValues.Text(row, _patient, encoding) ?? "",
            IssuerOfPatientId = SqlValues.Text(row, _issuer, encoding),
            PatientName = SqlValues.Text(row, _name, encoding),
            AccessionNumber = SqlValues.Text(row, _accession, encoding),
            StudyDate = SqlValues.Date(row, _date),
            StudyTime = SqlValues.Time(row, _time),
            Department = SqlValues.Text(row, _department, encoding) ?? "",
            Description = SqlValues.Text(row, _description, encoding),
            Modalities = SqlValues.Text(row, _modalities, encoding)?.Split(Between, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [],
            Series = (int?)SqlValues.Number(row, _series),
            Instances = (int?)SqlValues.Number(row, _instances),
            Attributes = _attributes.Select(a => (a.Name, Value: SqlValues.Text(row, a.Column, encoding))).Where(a => a.Value is not null)
                .ToDictionary(a => a.Name, a => a.Value!, StringComparer.Ordinal),
        };
    }
}
