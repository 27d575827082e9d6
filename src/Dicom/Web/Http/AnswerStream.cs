namespace MedStreams.Dicom.Web;

/// <summary>The body of an answer: read under watch, up to a limit; what goes wrong is a <see cref="DicomWebException"/>. Reading only, asynchronous; not thread-safe.</summary>
internal sealed class AnswerStream(Stream inner, Watch watch, TimeSpan idle, string what, long limit = long.MaxValue) : ReadOnlyStream
{
    private long _position;

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var both = cancellationToken.CanBeCanceled && cancellationToken != watch.Lifetime && cancellationToken != watch.Token
            ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, watch.Token)
            : null;
        watch.Allow(idle); // only while reading: whoever is slow to take it is not the service's fault
        try
        {
            var count = await inner.ReadAsync(buffer, both?.Token ?? watch.Token);
            watch.Allow(Timeout.InfiniteTimeSpan);
            _position += count;
            return _position <= limit ? count : throw new DicomWebException(DicomWebError.TooLarge, $"{what}: the answer has more than {limit} bytes.");
        }
        catch (OperationCanceledException e) when (watch.IsOver && !watch.Lifetime.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new DicomWebException(DicomWebError.TimedOut, $"{what}: nothing came for {idle}, behind byte {_position} of the answer.", e);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new DicomWebException(DicomWebError.Truncated, $"{what}: the connection broke behind byte {_position} of the answer.", e);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
