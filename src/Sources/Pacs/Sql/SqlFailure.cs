using System.Data.Common;
using MedStreams.Dicom.Pacs;

namespace MedStreams.Sources.Pacs.Sql;

/// <summary>What errors of databases mean. Their texts are left out: they repeat values.</summary>
internal static class SqlFailure
{
    public static PacsException Of(string name, DbException e) => e.SqlState is { Length: 5 } state && (state.StartsWith("42", StringComparison.Ordinal) || state.StartsWith("22", StringComparison.Ordinal))
        ? new PacsException($"{name} does not take the query ({state}): look at the mapping.", e) { Failure = PacsFailure.Refused }
        : new PacsException($"{name} does not answer ({e.SqlState ?? "no state"}).", e) { Failure = PacsFailure.Unavailable };
}
