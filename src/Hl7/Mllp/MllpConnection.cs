using System.Buffers;
using System.IO.Pipelines;
using System.Threading.Channels;

namespace MedStreams.Hl7.Mllp;

/// <summary>One connection of a server: reads frames and hands them over, and writes the answers in the order of the messages.</summary>
internal static class MllpConnection
{
    public static async Task RunAsync(
        Stream stream, MllpPeer peer, MllpServerOptions options, IMllpHandler handler, CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var pending = Channel.CreateBounded<Task<IReadOnlyList<ReadOnlyMemory<byte>>>>(
            new BoundedChannelOptions(options.MaxInFlight) { SingleReader = true, SingleWriter = true });
        var writing = WriteAsync(stream, pending.Reader, end);
        try
        {
            await ReadAsync(stream, peer, options, handler, pending.Writer, end.Token).ConfigureAwait(false);
            pending.Writer.Complete();
        }
        catch (Exception e)
        {
            pending.Writer.Complete();
            await end.CancelAsync().ConfigureAwait(false);

            // A failed answer has ended the reading: it is the cause then.
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (writing.Exception is { } failed)
                throw failed.GetBaseException();
            throw e is OperationCanceledException && !stop.IsCancellationRequested
                ? new TimeoutException("The connection said nothing for longer than is allowed.", e)
                : e;
        }

        await writing.ConfigureAwait(false);
    }

    private static async Task ReadAsync(
        Stream stream,
        MllpPeer peer,
        MllpServerOptions options,
        IMllpHandler handler,
        ChannelWriter<Task<IReadOnlyList<ReadOnlyMemory<byte>>>> pending,
        CancellationToken cancellation)
    {
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
        var decoder = new MllpDecoder();
        using var deadline = new Deadline(options.TimeProvider, cancellation);
        try
        {
            var begun = false;
            while (true)
            {
                if (!begun)
                    deadline.Set(options.IdleTimeout);
                var result = await reader.ReadAsync(deadline.Token).ConfigureAwait(false);
                var arrived = result.Buffer;
                while (decoder.TryTake(ref arrived, result.IsCompleted, out var part))
                {
                    deadline.Set(Timeout.InfiniteTimeSpan);
                    begun = false;
                    var bytes = part.Bytes.ToArray();
                    if (part.Kind == MllpPartKind.Message)
                        await pending.WriteAsync(handler.ReceiveAsync(bytes, peer, cancellation), cancellation).ConfigureAwait(false);
                    else
                        await handler.BrokenAsync(bytes, part.Kind, peer, cancellation).ConfigureAwait(false);
                }

                if (arrived.Length > options.MaxMessageLength)
                    throw new InvalidDataException($"A message is longer than the {options.MaxMessageLength} bytes that are allowed.");
                if (!begun && !arrived.IsEmpty)
                {
                    begun = true;
                    deadline.Set(options.ReceiveTimeout);
                }

                reader.AdvanceTo(arrived.Start, result.Buffer.End);
                if (result.IsCompleted)
                    return;
            }
        }
        finally
        {
            await reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    private static async Task WriteAsync(
        Stream stream, ChannelReader<Task<IReadOnlyList<ReadOnlyMemory<byte>>>> pending, CancellationTokenSource end)
    {
        try
        {
            await foreach (var answers in pending.ReadAllAsync().ConfigureAwait(false))
            {
                foreach (var answer in await answers.ConfigureAwait(false))
                    await stream.WriteAsync(MllpDecoder.Frame(answer.Span), end.Token).ConfigureAwait(false);
            }
        }
        catch
        {
            // Nothing more can be answered, so nothing more may be read; those under way are waited for.
            await end.CancelAsync().ConfigureAwait(false);
            await foreach (var answers in pending.ReadAllAsync().ConfigureAwait(false))
                await ((Task)answers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    /// <summary>A time-out that is set again and again without a new source each time.</summary>
    private sealed class Deadline(TimeProvider time, CancellationToken outer) : IDisposable
    {
        private readonly CancellationTokenSource _source = CancellationTokenSource.CreateLinkedTokenSource(outer);
        private ITimer? _timer;

        public CancellationToken Token => _source.Token;

        public void Set(TimeSpan due)
        {
            _timer ??= time.CreateTimer(
                static state => ((CancellationTokenSource)state!).Cancel(), _source, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(due, Timeout.InfiniteTimeSpan);
        }

        public void Dispose()
        {
            _timer?.Dispose();
            _source.Dispose();
        }
    }
}
