using System.Text.Json;
using MedStreams.Support;

namespace MedStreams.Hl7.Tests;

/// <summary>Made-up messages with one property each, against what the reference implementation reads, where that is certain.</summary>
public sealed class GeneratedMessagesTests
{
    private static string Folder => Path.Combine(Repository.Golden, "hl7", "generated");

    public static TheoryData<string> Files() =>
        Directory.Exists(Folder)
            ? [.. Directory.EnumerateFiles(Folder, "*.json").Select(f => Path.GetFileName(f)!).Order()]
            : [string.Empty];

    [Theory]
    [MemberData(nameof(Files))]
    public void Certain_answers_agree(string file)
    {
        if (file.Length == 0)
            Assert.Skip("no golden values on this machine");
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, file)));
        var cases = 0;
        foreach (var one in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            var what = one.GetProperty("what").GetString();
            if (one.TryGetProperty("error", out var error) && error.GetBoolean())
                Assert.False(Hl7Message.TryParse(one.GetProperty("text").GetString()!, out _, out _), what);
            else if (one.TryGetProperty("segments", out var segments))
                Golden.Same(segments, Read(one), what);
            else
                continue;
            cases++;
        }

        Assert.True(cases > 0);
    }

    private static Hl7Message Read(JsonElement one) =>
        one.TryGetProperty("bytesHex", out var hex)
            ? Hl7Message.Parse(Convert.FromHexString(hex.GetString()!))
            : Hl7Message.Parse(one.GetProperty("text").GetString()!);
}
