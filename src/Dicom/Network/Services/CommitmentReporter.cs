using System.Collections.Concurrent;

namespace MedStreams.Dicom.Network.Services;

/// <summary>
/// Answers requests for storage commitments: on an association of its own where the asker's address is known, since the asker may be gone by then, else on the one
/// that the request came on.
/// </summary>
internal sealed class CommitmentReporter(ICommitmentProvider provider, DicomNetworkOptions options, Action<Exception>? onFault) : IAsyncDisposable
{
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30)];
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, bool> _reporting = new();

    /// <summary>Looks instances up, and reports, or sees to it that it is reported.</summary>
    public async Task ReportAsync(
        DicomAssociation association, string transactionUid, IReadOnlyList<InstanceReference> instances, CancellationToken cancellationToken)
    {
        if (provider.PeerOf(association.CallingAe) is { } peer)
        {
            var reporting = ReportAsync(peer, transactionUid, instances);
            _reporting[reporting] = true;
            _ = reporting.ContinueWith(t => _reporting.TryRemove(t, out var _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            return;
        }

        var status = await association.ReportCommitmentAsync(await LookUpAsync(transactionUid, instances, cancellationToken), cancellationToken);
        if (!status.IsDone)
            onFault?.Invoke(DicomNetworkException.Failed("N-EVENT-REPORT of Storage Commitment", status));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_reporting.Keys);
        _stop.Dispose();
    }

    private async Task ReportAsync(DicomPeer peer, string transactionUid, IReadOnlyList<InstanceReference> instances)
    {
        await Task.Yield();
        try
        {
            var report = await LookUpAsync(transactionUid, instances, _stop.Token);
            for (var attempt = 0; ; attempt++)
            {
                try
                {
                    await SendAsync(peer, report, _stop.Token);
                    return;
                }
                catch (DicomNetworkException e) when (e.IsTransient && attempt < Pauses.Length)
                {
                    await Task.Delay(Pauses[attempt], options.Time, _stop.Token);
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The server stops; the asker asks again.
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            onFault?.Invoke(e);
        }
    }

    private async Task SendAsync(DicomPeer peer, CommitmentReport report, CancellationToken cancellationToken)
    {
        await using var association = await DicomAssociation.OpenAsync(peer, CommitmentService.ReportContexts, options, cancellationToken: cancellationToken);
        var status = await association.ReportCommitmentAsync(report, cancellationToken);
        if (!status.IsDone)
            throw DicomNetworkException.Failed("N-EVENT-REPORT of Storage Commitment", status);
        await association.ReleaseAsync(cancellationToken);
    }

    private async Task<CommitmentReport> LookUpAsync(string transactionUid, IReadOnlyList<InstanceReference> instances, CancellationToken cancellationToken)
    {
        var failures = await provider.CommitAsync(instances, cancellationToken);
        var failed = failures.Select(f => f.Instance).ToHashSet();
        return new CommitmentReport(transactionUid, [.. instances.Where(i => !failed.Contains(i))], failures);
    }
}
