using System.Buffers;
using System.Security.Cryptography;
using MedStreams.Dicom;

namespace MedStreams.Sinks.Pacs.Archive;

/// <summary>
/// Encrypts what is written to it: chunks of 64 KiB under AES-256-GCM, each with its number and whether it is the last one in its nonce, so that no chunk can be
/// left out, moved, or come from another file. The last one is written by <see cref="FinishAsync"/> alone. Not thread-safe.
/// </summary>
internal sealed class SealingStream(Stream output, AesGcm cipher) : WriteOnlyStream
{
    private readonly byte[] _plain = ArrayPool<byte>.Shared.Rent(SealHeader.ChunkLength);
    private readonly byte[] _sealed = ArrayPool<byte>.Shared.Rent(SealHeader.ChunkLength + SealHeader.TagLength);
    private int _held;
    private uint _chunk;
    private bool _isDisposed;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            if (_held == SealHeader.ChunkLength)
                await WriteChunkAsync(isLast: false, cancellationToken);
            var count = Math.Min(buffer.Length, SealHeader.ChunkLength - _held);
            buffer[..count].CopyTo(_plain.AsMemory(_held));
            _held += count;
            buffer = buffer[count..];
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            if (_held == SealHeader.ChunkLength)
                output.Write(Seal(isLast: false).Span);
            var count = Math.Min(buffer.Length, SealHeader.ChunkLength - _held);
            buffer[..count].CopyTo(_plain.AsSpan(_held));
            _held += count;
            buffer = buffer[count..];
        }
    }

    public ValueTask FinishAsync(CancellationToken cancellationToken) => WriteChunkAsync(isLast: true, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            cipher.Dispose();
            ArrayPool<byte>.Shared.Return(_plain, clearArray: true); // somebody's health
            ArrayPool<byte>.Shared.Return(_sealed);
        }

        base.Dispose(disposing);
    }

    private ValueTask WriteChunkAsync(bool isLast, CancellationToken cancellationToken) => output.WriteAsync(Seal(isLast), cancellationToken);

    private ReadOnlyMemory<byte> Seal(bool isLast)
    {
        Span<byte> nonce = stackalloc byte[12];
        SealHeader.Nonce(nonce, _chunk, isLast);
        _chunk = checked(_chunk + 1);
        cipher.Encrypt(nonce, _plain.AsSpan(0, _held), _sealed.AsSpan(0, _held), _sealed.AsSpan(_held, SealHeader.TagLength));
        var chunk = _sealed.AsMemory(0, _held + SealHeader.TagLength);
        _held = 0;
        return chunk;
    }
}
