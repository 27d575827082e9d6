using System.Collections.Concurrent;

namespace MedStreams.Dicom.Network.Nodes;

/// <summary>
/// Brings reports of storage commitments to those who wait for them. Hand it to the <see cref="DicomServer"/>, since reports may come on an association that the other side
/// opens. Safe for concurrent use.
/// </summary>
public sealed class CommitmentInbox : ICommitmentReportHandler
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<CommitmentReport>> _expected = new(StringComparer.Ordinal);

    /// <summary>Begins to wait for a transaction's report: before it is asked for, since the report may come before the answer.</summary>
    /// <param name="transactionUid">The transaction.</param>
    public ExpectedReport Expect(string transactionUid)
    {
        var coming = _expected.GetOrAdd(transactionUid, _ => new TaskCompletionSource<CommitmentReport>(TaskCreationOptions.RunContinuationsAsynchronously));
        return new ExpectedReport(coming.Task, () => _expected.TryRemove(transactionUid, out _));
    }

    /// <summary>Takes a report; one that nobody waits for is told to be unknown, and whoever asked has to ask again.</summary>
    public Task<DimseStatus> ReportAsync(CommitmentReport report, CancellationToken cancellationToken)
    {
        if (!_expected.TryGetValue(report.TransactionUid, out var coming))
            return Task.FromResult(new DimseStatus(0x0115));
        coming.TrySetResult(report);
        return Task.FromResult(DimseStatus.Success);
    }
}

/// <summary>A report that is waited for; dispose it to wait no more.</summary>
public sealed class ExpectedReport : IDisposable
{
    private readonly Action _forget;

    internal ExpectedReport(Task<CommitmentReport> report, Action forget) => (Report, _forget) = (report, forget);

    /// <summary>The report, when it has come.</summary>
    public Task<CommitmentReport> Report { get; }

    /// <summary>Waits no more.</summary>
    public void Dispose() => _forget();
}
