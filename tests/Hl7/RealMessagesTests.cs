using System.Text;
using System.Text.Json;
using MedStreams.Support;

namespace MedStreams.Hl7.Tests;

/// <summary>The real messages, against what the reference implementation reads.</summary>
public sealed class RealMessagesTests
{
    public static TheoryData<string> Files() =>
        [.. Directory.EnumerateFiles(Path.Combine(Repository.Data, "hl7"), "*.hl7").Select(f => Path.GetFileName(f)!).Order()];

    [Fact]
    public void There_are_real_messages() => Assert.NotEmpty(Files());

    [Theory]
    [MemberData(nameof(Files))]
    public void A_real_message_is_read(string file)
    {
        var message = Hl7Message.Parse(File.ReadAllBytes(Path.Combine(Repository.Data, "hl7", file)));

        Assert.Equal("MSH", message.Header.Name);
        Assert.NotNull(message.Get("MSH-9-1"));
        Assert.All(message.Segments, segment => Assert.Equal(3, segment.Name.Length));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_real_message_has_the_values_of_the_reference(string file)
    {
        var golden = Path.Combine(Repository.Golden, "hl7", "real", Path.ChangeExtension(file, ".json"));
        if (!File.Exists(golden))
            Assert.Skip("no golden values for this file");
        using var expected = JsonDocument.Parse(File.ReadAllBytes(golden));
        var texts = Messages(File.ReadAllText(Path.Combine(Repository.Data, "hl7", file), Encoding.UTF8)).ToList();
        var answers = expected.RootElement.GetProperty("messages").EnumerateArray().ToList();
        Assert.Equal(answers.Count, texts.Count);
        foreach (var (text, answer) in texts.Zip(answers))
            Golden.Same(answer.GetProperty("segments"), Hl7Message.Parse(text));
    }

    /// <summary>A new message begins at each line that starts with MSH.</summary>
    private static IEnumerable<string> Messages(string text)
    {
        var message = new StringBuilder();
        foreach (var line in text.TrimStart('\uFEFF').Split('\r', '\n').Where(l => l.Length > 0))
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
