using System.Buffers.Binary;
using MedStreams.Broker.Records;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker;

/// <summary>
/// Looks for whole batches in what a start would cut off or remove. Behind a torn end, as a kill leaves it, there are none;
/// where there are, records stand behind damage, and the start would lose them.
/// </summary>
internal static class LostBatches
{
    /// <summary>Counts the whole batches of a log file from a position on that hold offsets which the start would not know.</summary>
    /// <param name="files">The files as they are.</param>
    /// <param name="path">The log file.</param>
    /// <param name="from">Where to begin, in bytes.</param>
    /// <param name="nextOffset">The offset that the next record would get after the start.</param>
    /// <exception cref="IOException">The file could not be read.</exception>
    public static long Count(IFileSystem files, string path, long from, long nextOffset)
    {
        using var file = files.OpenToRead(path);
        var bytes = new byte[file.Length - from];
        var rest = bytes.AsSpan(0, file.Read(from, bytes));
        long count = 0;
        while (rest.Length >= BatchLayout.Records)
        {
            if (MayBegin(rest, nextOffset) && BatchReader.Check(rest, checkCrc: true, out var size) == BatchFault.None)
            {
                count++;
                rest = rest[size..];
            }
            else
            {
                rest = rest[1..];
            }
        }

        return count;
    }

    /// <summary>Cheap to ask at every byte.</summary>
    private static bool MayBegin(ReadOnlySpan<byte> bytes, long nextOffset) =>
        bytes[BatchLayout.Magic] == BatchLayout.CurrentMagic
        && BinaryPrimitives.ReadInt64BigEndian(bytes) >= nextOffset
        && BinaryPrimitives.ReadInt32BigEndian(bytes[BatchLayout.Length..]) <= bytes.Length - BatchLayout.LengthOverhead;
}
