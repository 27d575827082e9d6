using System.Text;
using System.Text.Json;
using MedStreams.Hl7;
using MedStreams.Support;

namespace MedStreams.Golden.Tests.Hl7;

/// <summary>What HAPI reads and answers, against what is read and answered here.</summary>
public sealed class Hl7GoldenTests
{
    [Fact]
    public void Real_messages_have_the_values_and_answers_of_HAPI()
    {
        var tally = new Tally("hl7 real messages");
        foreach (var file in GoldenFolder.Files(Path.Combine("hl7", "real"), "*.json"))
        {
            using var recorded = JsonDocument.Parse(File.ReadAllBytes(file));
            var name = recorded.RootElement.GetProperty("file").GetString()!;
            var real = Path.Combine(Repository.Data, "hl7", Path.GetFileName(name));
            if (!File.Exists(real))
            {
                tally.NotServed();
                continue;
            }

            var texts = Texts(File.ReadAllText(real, Encoding.UTF8)).ToList();
            var answers = recorded.RootElement.GetProperty("messages").EnumerateArray().ToList();
            tally.Count(name, texts.Count == answers.Count ? null : $"{texts.Count} messages instead of {answers.Count}");
            for (var i = 0; i < Math.Min(texts.Count, answers.Count); i++)
                tally.Count($"{name} {i}", RecordedMessage.Difference(answers[i], Hl7Message.Parse(texts[i])));
        }

        tally.Close();
    }

    [Fact]
    public void Made_up_messages_are_read_as_HAPI_reads_them_where_that_is_certain()
    {
        var tally = new Tally("hl7 certain cases");
        foreach (var one in Cases("generated"))
        {
            if (one.TryGetProperty("error", out _))
                tally.Count(What(one), Hl7Message.TryParse(Bytes(one), out _, out _) ? "is read, but should be refused" : null);
            else if (one.TryGetProperty("segments", out _))
                tally.Count(What(one), Compare(one, one));
        }

        tally.Close();
    }

    /// <summary>Decided once, each for the reason that stands in docs/decisions.md.</summary>
    [Fact]
    public void Debatable_messages_come_out_as_decided()
    {
        var tally = new Tally("hl7 debatable cases");
        foreach (var one in Cases("generated"))
        {
            if (one.TryGetProperty("debatable", out var codes) && !one.TryGetProperty("segments", out _))
                tally.Count(What(one), Decisions.Difference([.. codes.EnumerateArray().Select(c => c.GetString()!)], one));
        }

        tally.Close();
    }

    internal static ReadOnlySpan<byte> Bytes(JsonElement one) =>
        one.TryGetProperty("bytesHex", out var hex)
            ? Convert.FromHexString(hex.GetString()!)
            : Encoding.UTF8.GetBytes(one.GetProperty("text").GetString()!);

    internal static string? Compare(JsonElement one, JsonElement recorded) =>
        Hl7Message.TryParse(Bytes(one), out var message, out var fault)
            ? RecordedMessage.Difference(recorded, message)
            : $"is refused: {fault}";

    private static string What(JsonElement one) => one.GetProperty("what").GetString()!;

    private static IEnumerable<JsonElement> Cases(string folder)
    {
        foreach (var file in GoldenFolder.Files(Path.Combine("hl7", folder), "*.json"))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var one in document.RootElement.GetProperty("cases").EnumerateArray())
                yield return one;
        }
    }

    /// <summary>As the recording cuts a file: CR, LF or both end a line, a message begins at each line that starts with MSH.</summary>
    private static IEnumerable<string> Texts(string file)
    {
        var message = new StringBuilder();
        foreach (var line in file.TrimStart('\uFEFF').Split('\r', '\n').Where(l => l.Length > 0))
        {
            if (line.StartsWith("MSH", StringComparison.Ordinal) && message.Length > 0)
            {
                yield return message.ToString();
                message.Clear();
            }

            message.Append(line).Append('\r');
        }

        yield return message.ToString();
    }
}
