using System.Buffers.Binary;

namespace MedStreams.Chaos.Tests.Net;

/// <summary>
/// Replaces the port of a broker in the answers that tell addresses (Metadata, FindCoordinator), so that its clients stay with
/// the proxy. An address is the host's text and four bytes of port, so no length changes. Answers are held until they are whole.
/// </summary>
internal sealed class AddressRewriter
{
    private const int LargestWithAddresses = 256 << 10;
    private readonly byte[] _from;
    private readonly int _port;
    private byte[] _held = new byte[64 << 10];
    private int _count;
    private int _passing;

    public AddressRewriter(int from, int to)
    {
        _from = [.. "127.0.0.1"u8, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(_from.AsSpan(_from.Length - 4), from);
        _port = to;
    }

    /// <summary>Takes the next bytes of the connection; answers those that may go on.</summary>
    public ReadOnlyMemory<byte> Rewrite(ReadOnlySpan<byte> bytes)
    {
        Hold(bytes);
        var ready = 0;
        while (true)
        {
            if (_passing > 0)
            {
                var passed = Math.Min(_passing, _count - ready);
                (ready, _passing) = (ready + passed, _passing - passed);
            }

            if (_passing > 0 || _count - ready < 4)
                break;
            var size = BinaryPrimitives.ReadInt32BigEndian(_held.AsSpan(ready));
            if (size > LargestWithAddresses)
            {
                _passing = size + 4; // no answer with addresses is as large
                continue;
            }

            if (_count - ready < size + 4)
                break;
            Replace(_held.AsSpan(ready, size + 4));
            ready += size + 4;
        }

        var result = _held[..ready];
        _held.AsSpan(ready, _count - ready).CopyTo(_held);
        _count -= ready;
        return result;
    }

    private void Hold(ReadOnlySpan<byte> bytes)
    {
        if (_count + bytes.Length > _held.Length)
            Array.Resize(ref _held, Math.Max(_held.Length * 2, _count + bytes.Length));
        bytes.CopyTo(_held.AsSpan(_count));
        _count += bytes.Length;
    }

    private void Replace(Span<byte> answer)
    {
        for (var at = answer.IndexOf(_from); at >= 0; at = answer.IndexOf(_from))
        {
            BinaryPrimitives.WriteInt32BigEndian(answer[(at + _from.Length - 4)..], _port);
            answer = answer[(at + _from.Length)..];
        }
    }
}
