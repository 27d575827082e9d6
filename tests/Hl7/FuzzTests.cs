using System.Globalization;
using System.Text;
using MedStreams.Hl7.Mllp;
using MedStreams.Hl7.Views;
using MedStreams.Support;

namespace MedStreams.Hl7.Tests;

/// <summary>
/// Real messages, damaged at random: whatever comes in, reading ends in a message or in a fault with a place inside the bytes,
/// and a message gives back its bytes. The seed is fixed unless <c>MEDSTREAMS_FUZZ_SEED</c> names another;
/// <c>MEDSTREAMS_FUZZ_CASES</c> sets how many cases there are. What was found stands in <see cref="Found"/>.
/// </summary>
public sealed class FuzzTests
{
    private static readonly byte[][] Interesting =
    [
        "|"u8.ToArray(), "^"u8.ToArray(), "~"u8.ToArray(), "\\"u8.ToArray(), "&"u8.ToArray(), "\r"u8.ToArray(), "\n"u8.ToArray(), "\r\n"u8.ToArray(),
        "\u000B"u8.ToArray(), "\u001C\r"u8.ToArray(), "\0"u8.ToArray(), "MSH"u8.ToArray(), "MSH|^~\\&|"u8.ToArray(), "\uFEFF"u8.ToArray(), "\\X"u8.ToArray(),
        "\\F\\"u8.ToArray(), [0x81], [0xFF], [0xC3], "UNICODE UTF-8"u8.ToArray(), "GB 18030-2000"u8.ToArray(), "\"\""u8.ToArray(),
    ];

    /// <summary>Cases that once went wrong.</summary>
    public static TheoryData<string> Found() =>
    [
        "MSH",
        "MSH|",
        "\u000B",
        "\uFEFF\uFEFFMSH|^~\\&|",
        "MSH|^~\\&\rPID|1\u001C",
        "MSH|^~\\&\r\u000BPID|1\r",
        "MSH|^~\\&\r \t\r\n \u001C\r",
    ];

    [Theory]
    [MemberData(nameof(Found))]
    public void What_once_went_wrong_goes_right(string text) => Check(Encoding.UTF8.GetBytes(text));

    [Fact]
    public void Damaged_messages_are_read_or_refused_with_a_place_and_lose_no_byte()
    {
        var seed = Number("MEDSTREAMS_FUZZ_SEED", 20260107);
        var random = new Random(seed);
        byte[][] real = [.. RealMessages.Files().Select(File.ReadAllBytes)];
        for (var i = 0; i < Number("MEDSTREAMS_FUZZ_CASES", 5_000); i++)
        {
            var bytes = Damage(real[random.Next(real.Length)], random);
            try
            {
                Check(bytes);
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}, case {i}, {Convert.ToHexString(bytes)}: {e}");
            }
        }
    }

    private static void Check(byte[] bytes)
    {
        Assert.Equal(bytes, Hl7Batch.Read(bytes).SelectMany(p => p.Bytes.ToArray()));
        Frames(bytes);
        if (!Hl7Message.TryParse(bytes, out var message, out var fault))
        {
            Assert.InRange(fault.Position, 0, bytes.Length);
            Assert.NotEqual(Hl7Error.None, fault.Error);
            return;
        }

        Assert.Equal(bytes, message.ToBytes().ToArray());
        Assert.Equal(bytes, message.Edit().ToMessage().ToBytes().ToArray());
        _ = (message.Msh.Time, message.Pid?.Numbers.Count, message.Pv1?.VisitNumber, message.Mrg?.PriorNumbers.Count, message.Sch?.Start);
        _ = (message.Orc.Count(), message.Obr.Select(o => o.AccessionNumber).ToList(), message.Obx.Select(o => o.Value.Value).ToList());
        var answer = Hl7Acknowledgement.Create(message, AcknowledgementCode.AE, "1", DateTimeOffset.UnixEpoch, Hl7Refusal.Internal("x"));
        Assert.Equal("AE", answer.Get("MSA-1"));
        Assert.Equal(message.Header[10].Value, answer.Get("MSA-2") ?? string.Empty);
        Assert.Equal(Values(message), Values(Hl7Message.Parse(message.ToNormalText())));
    }

    private static void Frames(byte[] bytes)
    {
        var arrived = new System.Buffers.ReadOnlySequence<byte>(bytes);
        var decoder = new MllpDecoder();
        var taken = 0L;
        while (decoder.TryTake(ref arrived, true, out var part))
            taken += part.Bytes.Length;
        Assert.True(arrived.IsEmpty);
        Assert.InRange(taken, 0, bytes.Length);
    }

    private static List<string> Values(Hl7Message message) =>
    [
        .. message.Segments.SelectMany(s => Enumerable.Range(1, s.FieldCount).SelectMany(f => Enumerable.Range(1, s[f].Count).SelectMany(r =>
            Enumerable.Range(1, s[f][r].Count).SelectMany(c => Enumerable.Range(1, s[f][r][c].Count)
                .Select(sub => s[f][r][c][sub]).Where(v => v.Length > 0).Select(v => $"{s.Name}-{f}-{r}-{c} {v}")))))
    ];

    private static byte[] Damage(byte[] real, Random random)
    {
        var bytes = real.ToList();
        for (var i = random.Next(1, 8); i > 0 && bytes.Count > 0; i--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 40), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(random.Next(4) == 0 ? random.Next(Math.Min(bytes.Count, 12)) : at, Interesting[random.Next(Interesting.Length)]);
                    break;
                case 3:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.Slice(0, Math.Min(bytes.Count, random.Next(60))));
                    break;
                default:
                    bytes[random.Next(Math.Min(bytes.Count, 12))] = (byte)random.Next(256);
                    break;
            }
        }

        return [.. bytes];
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
