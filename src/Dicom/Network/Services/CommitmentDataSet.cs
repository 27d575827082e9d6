namespace MedStreams.Dicom.Network.Services;

/// <summary>The data sets of Storage Commitment (PS3.4 tables J.3-1 and J.3-2). Pure.</summary>
internal static class CommitmentDataSet
{
    public static DicomDataSet Request(string transactionUid, IEnumerable<InstanceReference> instances)
    {
        var dataSet = new DicomDataSet();
        dataSet.Set(Tags.TransactionUid, DicomVr.UI, transactionUid);
        dataSet.Set(References(Tags.ReferencedSopSequence, instances.Select(i => (i, (DimseStatus?)null))));
        return dataSet;
    }

    public static DicomDataSet Report(string transactionUid, IReadOnlyList<InstanceReference> committed, IReadOnlyList<CommitmentFailure> failed)
    {
        var dataSet = new DicomDataSet();
        dataSet.Set(Tags.TransactionUid, DicomVr.UI, transactionUid);
        if (committed.Count > 0)
            dataSet.Set(References(Tags.ReferencedSopSequence, committed.Select(i => (i, (DimseStatus?)null))));
        if (failed.Count > 0)
            dataSet.Set(References(Tags.FailedSopSequence, failed.Select(f => (f.Instance, (DimseStatus?)f.Reason))));
        return dataSet;
    }

    public static (string TransactionUid, IReadOnlyList<InstanceReference> Instances) ReadRequest(DicomDataSet dataSet) =>
        (Transaction(dataSet), [.. Items(dataSet, Tags.ReferencedSopSequence).Select(Reference)]);

    public static CommitmentReport ReadReport(DicomDataSet dataSet) => new(
        Transaction(dataSet),
        [.. Items(dataSet, Tags.ReferencedSopSequence).Select(Reference)],
        [.. Items(dataSet, Tags.FailedSopSequence).Select(i =>
            new CommitmentFailure(Reference(i), new DimseStatus((ushort)(i.Integer(Tags.FailureReason) ?? DimseStatus.ProcessingFailure.Code))))]);

    private static string Transaction(DicomDataSet dataSet) =>
        dataSet.Text(Tags.TransactionUid) ?? throw DicomNetworkException.Unexpected("A storage commitment without a transaction UID came.");

    private static InstanceReference Reference(DicomDataSet item) =>
        item.Text(Tags.ReferencedSopInstanceUid) is { } instance
            ? new InstanceReference(item.Text(Tags.ReferencedSopClassUid) ?? "", instance)
            : throw DicomNetworkException.Unexpected("A storage commitment with a reference to no instance came.");

    private static IEnumerable<DicomDataSet> Items(DicomDataSet dataSet, DicomTag tag) =>
        dataSet.TryGet(tag, out var sequence) && sequence.Items is { } items ? items.Select(i => i.DataSet) : [];

    private static DicomElement References(DicomTag tag, IEnumerable<(InstanceReference Instance, DimseStatus? Reason)> references)
    {
        var items = new List<DicomItem>();
        foreach (var (instance, reason) in references)
        {
            var item = new DicomDataSet();
            item.Set(Tags.ReferencedSopClassUid, DicomVr.UI, instance.SopClass);
            item.Set(Tags.ReferencedSopInstanceUid, DicomVr.UI, instance.SopInstance);
            if (reason is { } why)
                item.Set(DicomElement.Of(Tags.FailureReason, DicomVr.US, new[] { (byte)why.Code, (byte)(why.Code >> 8) }));
            items.Add(new DicomItem(item));
        }

        return DicomElement.Sequence(tag, items);
    }
}
