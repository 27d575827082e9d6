using System.Buffers.Binary;
using System.Reflection;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Tests.Protocol;

namespace MedStreams.Broker.Tests.Fuzz;

/// <summary>Makes request frames from a seed: valid ones of every API and version, with random content, and spoiled copies.</summary>
internal sealed class FrameMutator(int seed)
{
    private static readonly (Type Type, ApiDescription Api)[] Requests =
        [.. RandomMessage.All.Where(m => m.Type.Name.EndsWith("Request", StringComparison.Ordinal))];

    private static readonly MethodInfo Write = typeof(MessageCodec).GetMethod(nameof(MessageCodec.WriteRequest), BindingFlags.Static | BindingFlags.Public)!;

    private readonly Random _random = new(seed);

    /// <summary>The next frame, with its length in front.</summary>
    public byte[] Next()
    {
        var (type, api) = Requests[_random.Next(Requests.Length)];
        var version = (short)_random.Next(api.Known.Lowest, api.Known.Highest + 1);
        using var frame = (FrameWriter)Write.MakeGenericMethod(type).Invoke(null, [_random.Next(), "fuzz", version, RandomMessage.Create(type, _random)])!;
        var bytes = frame.ToArray();
        for (var changes = _random.Next(4); changes > 0; changes--)
            bytes = Change(_random, bytes);
        if (_random.Next(20) != 0)
            BinaryPrimitives.WriteInt32BigEndian(bytes, bytes.Length - sizeof(int));
        return bytes;
    }

    /// <summary>Spoils what comes after the length.</summary>
    public static byte[] Change(Random random, byte[] bytes)
    {
        if (bytes.Length <= sizeof(int) + 1)
            return bytes;
        var at = random.Next(sizeof(int), bytes.Length);
        switch (random.Next(6))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1:
                bytes.AsSpan(at, Math.Min(4, bytes.Length - at)).Fill((byte)(random.Next(2) == 0 ? 0xFF : 0x7F));
                return bytes;
            case 2:
                return bytes[..at];
            case 3:
                return [.. bytes[..at], .. bytes[at..Math.Min(bytes.Length, at + 20)], .. bytes[at..]];
            case 4:
                bytes[at] = (byte)random.Next(4);
                return bytes;
            default:
                return [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + random.Next(1, 9))..]];
        }
    }
}
