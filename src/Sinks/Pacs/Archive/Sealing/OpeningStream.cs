using System.Buffers;
using System.Security.Cryptography;
using MedStreams.Dicom;

namespace MedStreams.Sinks.Pacs.Archive;

/// <summary>Decrypts what <see cref="SealingStream"/> has written; hands out nothing of a chunk before its tag was right. Not thread-safe.</summary>
/// <param name="input">The stored file, behind its header.</param>
/// <param name="cipher">The object's.</param>
/// <param name="start">How long the header was, to tell places.</param>
internal sealed class OpeningStream(Stream input, AesGcm cipher, long start) : ReadOnlyStream
{
    private const int Whole = SealHeader.ChunkLength + SealHeader.TagLength;

    private readonly byte[] _sealed = ArrayPool<byte>.Shared.Rent(Whole + 1); // one more byte tells whether another chunk follows
    private readonly byte[] _plain = ArrayPool<byte>.Shared.Rent(SealHeader.ChunkLength);
    private int _ahead;
    private int _from;
    private int _to;
    private uint _chunk;
    private bool _isLast;
    private bool _isDisposed;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_from == _to && !_isLast && !buffer.IsEmpty)
        {
            var read = _ahead + await input.ReadAtLeastAsync(
                _sealed.AsMemory(_ahead, Whole + 1 - _ahead), Whole + 1 - _ahead, throwOnEndOfStream: false, cancellationToken);
            Open(read);
        }

        var count = Math.Min(buffer.Length, _to - _from);
        _plain.AsMemory(_from, count).CopyTo(buffer);
        _from += count;
        return count;
    }

    public override int Read(Span<byte> buffer)
    {
        while (_from == _to && !_isLast && !buffer.IsEmpty)
            Open(_ahead + input.ReadAtLeast(_sealed.AsSpan(_ahead, Whole + 1 - _ahead), Whole + 1 - _ahead, throwOnEndOfStream: false));
        var count = Math.Min(buffer.Length, _to - _from);
        _plain.AsSpan(_from, count).CopyTo(buffer);
        _from += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            cipher.Dispose();
            input.Dispose();
            ArrayPool<byte>.Shared.Return(_plain, clearArray: true);
            ArrayPool<byte>.Shared.Return(_sealed);
        }

        base.Dispose(disposing);
    }

    private void Open(int read)
    {
        _isLast = read <= Whole;
        var length = Math.Min(read, Whole) - SealHeader.TagLength;
        var position = start + ((long)_chunk * Whole);
        if (length < 0)
            throw new ArchiveDamageException("it ends within a chunk", position + read);
        Span<byte> nonce = stackalloc byte[12];
        SealHeader.Nonce(nonce, _chunk, _isLast);
        try
        {
            cipher.Decrypt(nonce, _sealed.AsSpan(0, length), _sealed.AsSpan(length, SealHeader.TagLength), _plain.AsSpan(0, length));
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new ArchiveDamageException($"chunk {_chunk} is not what was written there (byte {position})", e);
        }

        (_from, _to) = (0, length);
        _ahead = _isLast ? 0 : 1;
        if (!_isLast)
            _sealed[0] = _sealed[Whole];
        _chunk++;
    }
}
