using System.IO.Compression;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Reading;
using MedStreams.Dicom.Writing;

namespace MedStreams.Dicom.Editing;

/// <summary>
/// Applies rules to instances in the spool. What stands in front of the pixel data is taken apart and written anew; what is behind the last attribute that can change passes
/// through as it is. Memory is that of the attributes; a deflated data set, which is no film, is held whole. Safe for concurrent use.
/// </summary>
/// <param name="rules">What is changed.</param>
/// <param name="spool">Where changed instances rest.</param>
public sealed class InstanceEditor(TagRules rules, Spool spool)
{
    private readonly AttributeEditor _editor = new(rules);

    /// <summary>How many bytes the attributes in front may have; more is no object of an archive. Default 256 MiB.</summary>
    public long HeadBytes { get; init; } = 256L << 20;

    /// <summary>Changes an instance.</summary>
    /// <param name="original">The instance; stays as it is.</param>
    /// <param name="cancellationToken">Ends it; nothing remains.</param>
    /// <returns>Another object, the caller's to dispose, with the digest of the changed data set; null where no rule changes anything.</returns>
    /// <exception cref="TagRuleException">A rule cannot be applied to this one.</exception>
    /// <exception cref="DicomException">It cannot be taken apart, or its attributes are larger than allowed.</exception>
    public async Task<FetchedObject?> ApplyAsync(FetchedObject original, CancellationToken cancellationToken)
    {
        await using var file = original.Content.OpenRead();
        await using var input = new PeekableStream(file);
        await input.FillAsync(DataSetPump.BufferLength, cancellationToken);
        var beginning = input.Peeked;
        var (_, syntax) = DicomFile.ReadStart(input);
        var header = beginning[..^input.Peeked.Length].ToArray();
        if (!syntax.IsDeflated)
            return await ApplyAsync(original, header, input, syntax, cancellationToken);
        await using var inflated = new DeflateStream(input, CompressionMode.Decompress);
        return await ApplyAsync(original, header, inflated, syntax, cancellationToken);
    }

    /// <summary>What becomes of a study's record: as a PACS tells it that got the changed instances.</summary>
    /// <exception cref="TagRuleException">A rule has no answer for it.</exception>
    public ExamRecord Apply(ExamRecord exam) => EditedExam.Of(exam, _editor);

    private async Task<FetchedObject?> ApplyAsync(
        FetchedObject original, ReadOnlyMemory<byte> header, Stream body, TransferSyntax syntax, CancellationToken cancellationToken)
    {
        var (head, behind) = await ReadHeadAsync(body, syntax, cancellationToken);
        if (syntax.IsExplicit && head.Elements is [{ IsVrWritten: false }, ..])
            throw new TagRuleException("The object is not written in the transfer syntax that it names: no rule is applied to it.");
        if (MayBeOutOfOrder(head) && await IsOutOfOrderAsync(original, cancellationToken))
            throw new TagRuleException("The elements of the object are not in the order of their tags: no rule is applied to it, since what it changes may stand in two places.");
        if (!_editor.Apply(head))
            return null;
        var front = DicomEncoder.ToBytes(head, syntax);
        await using var edited = syntax.IsDeflated
            ? new ChainedStream(header, await DeflateAsync(new ChainedStream(Joined(front, behind), body, default), cancellationToken), default)
            : new ChainedStream(Joined(Joined(header, front), behind), body, default);
        var received = await SpooledInstance.ReceiveFileAsync(edited, spool, cancellationToken);
        return original with { Content = received.Content, Digest = received.Digest, Syntax = syntax };
    }

    /// <summary>Every object has these three, in this order; where one is not in front of the pixel data it may be behind them.</summary>
    private static bool MayBeOutOfOrder(DicomDataSet head)
    {
        var tags = head.Elements.Select(e => e.Tag).ToList();
        return !head.Contains(Tags.SopInstanceUid) || !head.Contains(Tags.PatientId) || !head.Contains(Tags.StudyInstanceUid)
            || tags.Zip(tags.Skip(1)).Any(pair => pair.Second <= pair.First);
    }

    private static async Task<bool> IsOutOfOrderAsync(FetchedObject original, CancellationToken cancellationToken)
    {
        await using var file = original.Content.OpenRead();
        await using var input = new PeekableStream(file);
        await input.FillAsync(DataSetPump.BufferLength, cancellationToken);
        var (_, syntax) = DicomFile.ReadStart(input);
        var order = new OrderObserver();
        await using var body = syntax.IsDeflated ? new DeflateStream(input, CompressionMode.Decompress) : (Stream)input;
        await DataSetPump.RunAsync(body, new DicomDecoder(syntax, order), 0, copyTo: null, cancellationToken);
        return order.IsOutOfOrder;
    }

    /// <summary>The attributes up to where nothing changes any more, and the bytes behind them that were read already.</summary>
    private async Task<(DicomDataSet Head, ReadOnlyMemory<byte> Behind)> ReadHeadAsync(Stream body, TransferSyntax syntax, CancellationToken cancellationToken)
    {
        var builder = new DataSetBuilder(syntax, keepsLong: true);
        var decoder = new DicomDecoder(syntax, builder) { StopBefore = rules.End };
        var buffer = new byte[DataSetPump.BufferLength];
        var held = 0;
        while (true)
        {
            var read = await body.ReadAsync(buffer.AsMemory(held), cancellationToken);
            held += read;
            var taken = decoder.Decode(buffer.AsSpan(0, held), isLast: read == 0);
            if (decoder.Fault.Error != DicomError.None)
                throw new DicomException(decoder.Fault);
            if (decoder.Position > HeadBytes)
                throw new DicomException($"The attributes in front of the pixel data have more than {HeadBytes} bytes.");
            if (decoder.HasStopped || read == 0)
                return (builder.DataSet, buffer.AsMemory(taken, held - taken));
            held -= taken;
            buffer.AsSpan(taken, held).CopyTo(buffer);
        }
    }

    private static async Task<Stream> DeflateAsync(Stream dataSet, CancellationToken cancellationToken)
    {
        var deflated = new MemoryStream();
        await using (var deflate = new DeflateStream(deflated, CompressionLevel.Optimal, leaveOpen: true))
            await dataSet.CopyToAsync(deflate, cancellationToken);
        if (deflated.Length % 2 == 1)
            deflated.WriteByte(0); // PS3.5 section A.5
        deflated.Position = 0;
        return deflated;
    }

    private static ReadOnlyMemory<byte> Joined(ReadOnlyMemory<byte> one, ReadOnlyMemory<byte> other)
    {
        var joined = new byte[one.Length + other.Length];
        one.CopyTo(joined);
        other.CopyTo(joined.AsMemory(one.Length));
        return joined;
    }
}
