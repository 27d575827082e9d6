using System.Buffers;

namespace MedStreams.Broker;

/// <summary>
/// The pool of buffers for requests, and for what is read from files. Of large ones it keeps no more than were in use at one time,
/// and not more than 32 of each size; .NET's shared pool keeps one of each size for each thread that ever gave one back, and some
/// for each processor, which adds up with buffers of 1 MiB. Safe for concurrent use.
/// </summary>
internal static class Buffers
{
    private const int Large = 64 << 10;
    private const int Largest = 1 << 20;
    private const int MostOfASize = 32;

    private static readonly ArrayPool<byte> OfLarge = ArrayPool<byte>.Create(Largest, MostOfASize);

    /// <summary>A buffer of at least a length, with anything in it.</summary>
    public static byte[] Rent(int length) => PoolOf(length).Rent(length);

    /// <summary>Gives a buffer back.</summary>
    public static void Return(byte[] buffer) => PoolOf(buffer.Length).Return(buffer);

    private static ArrayPool<byte> PoolOf(int length) => length is > Large and <= Largest ? OfLarge : ArrayPool<byte>.Shared;
}
