using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Tests.Protocol;

public sealed class EveryMessageTests
{
    private const int Seed = 20_250_101;

    [Fact]
    public void Every_message_comes_back_in_every_version() => ForEach((type, api, version, random) =>
    {
        var flexible = api.IsFlexible(version);
        var bytes = RandomMessage.Encode(RandomMessage.Create(type, random), version, flexible);
        var read = Read(type, bytes, version, flexible, out var failed, out var consumed);
        Assert.False(failed, $"{type.Name} {version}");
        Assert.Equal(bytes.Length, consumed);
        Assert.Equal(bytes, RandomMessage.Encode(read, version, flexible));
    });

    [Fact]
    public void No_message_that_is_cut_off_is_taken_for_whole() => ForEach((type, api, version, random) =>
    {
        var flexible = api.IsFlexible(version);
        var bytes = RandomMessage.Encode(RandomMessage.Create(type, random), version, flexible);
        var step = 1 + (bytes.Length / 50);
        for (var length = 0; length < bytes.Length; length += step)
        {
            Read(type, bytes[..length], version, flexible, out var failed, out _);
            Assert.True(failed, $"{type.Name} {version} cut to {length} of {bytes.Length}");
        }
    });

    [Fact]
    public void Damaged_messages_neither_throw_nor_allocate_without_bounds() => ForEach((type, api, version, random) =>
    {
        var flexible = api.IsFlexible(version);
        var good = RandomMessage.Encode(RandomMessage.Create(type, random), version, flexible);
        for (var i = 0; i < 40; i++)
        {
            var bytes = (byte[])good.Clone();
            if (bytes.Length == 0)
                return;
            for (var flips = 1 + random.Next(3); flips > 0; flips--)
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            if (random.Next(4) == 0)
                bytes.AsSpan(random.Next(bytes.Length)).Fill(0xFF);

            var before = GC.GetAllocatedBytesForCurrentThread();
            Read(type, bytes, version, flexible, out _, out var consumed);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.InRange(consumed, 0, bytes.Length);
            Assert.InRange(allocated, 0, 20_000 + (bytes.Length * 500L));
        }
    });

    private static void ForEach(Action<Type, ApiDescription, short, Random> check)
    {
        foreach (var (type, api) in RandomMessage.All)
        {
            for (var version = api.Known.Lowest; version <= api.Known.Highest; version++)
            {
                for (var round = 0; round < 4; round++)
                    check(type, api, version, new Random(HashCode(type, version, round)));
            }
        }
    }

    private static int HashCode(Type type, short version, int round) =>
        type.Name.Aggregate(Seed, (hash, c) => (hash * 31) + c) + (version * 1000) + round;

    private static IWireStruct Read(
        Type type, byte[] bytes, short version, bool flexible, out bool failed, out int consumed)
    {
        var message = (IWireStruct)Activator.CreateInstance(type)!;
        var reader = Wire.Reader(bytes, version, flexible);
        message.Walk(ref reader);
        failed = reader.Failed;
        consumed = reader.Consumed;
        return message;
    }
}
