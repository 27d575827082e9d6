using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace MedStreams.Cli.Records;

/// <summary>Splits a stream of bytes at line feeds; a last line without one counts too.</summary>
internal static class InputLines
{
    /// <summary>Each line without its line feed, as bytes of its own.</summary>
    /// <param name="input">The stream; a read of a terminal cannot be cancelled, so it is left behind when stopping.</param>
    /// <param name="stop">Ends the sequence with an <see cref="OperationCanceledException"/>.</param>
    public static async IAsyncEnumerable<byte[]> ReadAsync(Stream input, [EnumeratorCancellation] CancellationToken stop)
    {
        var reader = PipeReader.Create(input, new StreamPipeReaderOptions(bufferSize: 64 << 10, leaveOpen: true));
        while (true)
        {
            var result = await reader.ReadAsync(CancellationToken.None).AsTask().WaitAsync(stop);
            var buffer = result.Buffer;
            while (buffer.PositionOf((byte)'\n') is { } end)
            {
                yield return buffer.Slice(0, end).ToArray();
                buffer = buffer.Slice(buffer.GetPosition(1, end));
            }

            if (result.IsCompleted)
            {
                if (!buffer.IsEmpty)
                    yield return buffer.ToArray();
                yield break;
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }
}
