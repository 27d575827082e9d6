using System.Buffers;
using System.Text.Json;
using MedStreams.Hl7.Mllp;

namespace MedStreams.Golden.Tests.Hl7;

/// <summary>
/// Streams of frames. Where bytes stand outside of frames or a frame is broken, the decision is the receiver that begins anew
/// at each start byte, and tells what it could not use.
/// </summary>
public sealed class MllpGoldenTests
{
    [Fact]
    public void Frames_are_found_in_any_portions()
    {
        var tally = new Tally("hl7 mllp");
        foreach (var file in GoldenFolder.Files(Path.Combine("hl7", "mllp"), "*.json"))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var one in document.RootElement.GetProperty("cases").EnumerateArray())
            {
                var certain = one.TryGetProperty("messages", out var messages);
                var expected = Hex(certain ? messages : one.GetProperty("framesFromLastStart"));
                byte[][] chunks = [.. Hex(one.GetProperty("chunks")).Select(Convert.FromHexString)];
                byte[][] single = [.. chunks.SelectMany(c => c).Select(b => new[] { b })];
                var what = one.GetProperty("what").GetString()!;
                foreach (var portions in new[] { chunks, single, [[.. chunks.SelectMany(c => c)]] })
                {
                    var parts = Parts(portions);
                    var actual = parts.Where(p => p.Kind == MllpPartKind.Message).Select(p => p.Hex).ToList();
                    tally.Count(what, actual.SequenceEqual(expected)
                        ? null
                        : $"{string.Join(',', actual)} instead of {string.Join(',', expected)}");
                    if (certain)
                        tally.Count(what, parts.Count == actual.Count ? null : "a clean stream has broken parts");
                }
            }
        }

        tally.Close();
    }

    private static List<(MllpPartKind Kind, string Hex)> Parts(byte[][] portions)
    {
        var parts = new List<(MllpPartKind Kind, string Hex)>();
        var decoder = new MllpDecoder();
        byte[] left = [];
        for (var i = 0; i <= portions.Length; i++)
        {
            var complete = i == portions.Length;
            left = complete ? left : [.. left, .. portions[i]];
            var arrived = new ReadOnlySequence<byte>(left);
            while (decoder.TryTake(ref arrived, complete, out var part))
                parts.Add((part.Kind, Convert.ToHexStringLower(part.Bytes.ToArray())));
            left = arrived.ToArray();
        }

        return parts;
    }

    private static string[] Hex(JsonElement array) => [.. array.EnumerateArray().Select(e => e.GetString()!)];
}
