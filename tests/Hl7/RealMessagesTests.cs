using MedStreams.Support;

namespace MedStreams.Hl7.Tests;

/// <summary>Real messages: read, and written again byte for byte.</summary>
public sealed class RealMessagesTests
{
    public static TheoryData<string> Files() =>
        [.. RealMessages.Files().Select(f => Path.GetFileName(f)!)];

    [Fact]
    public void There_are_real_messages() => Assert.NotEmpty(Files());

    [Theory]
    [MemberData(nameof(Files))]
    public void A_real_message_is_read(string file)
    {
        var message = Hl7Message.Parse(RealMessages.Read(file));

        Assert.Equal("MSH", message.Header.Name);
        Assert.NotNull(message.Get("MSH-9-1"));
        Assert.All(message.Segments, segment => Assert.Equal(3, segment.Name.Length));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_real_file_is_written_again_byte_for_byte(string file)
    {
        var bytes = RealMessages.Read(file);

        Assert.Equal(bytes, Hl7Message.Parse(bytes).ToBytes().ToArray());
        Assert.Equal(bytes, Hl7Message.Parse(bytes).Edit().ToMessage().ToBytes().ToArray());
        Assert.Equal(bytes, Hl7Batch.Read(bytes).SelectMany(part => part.Bytes.ToArray()));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void An_edit_of_a_real_message_changes_one_place_only(string file)
    {
        var message = Hl7Message.Parse(RealMessages.Read(file));

        var edited = message.Edit().Set("MSH-10", "another").ToMessage();

        Assert.Equal("another", edited.Get("MSH-10"));
        Assert.Equal(
            message.Segments.Skip(1).Select(s => s.Raw.ToString()), edited.Segments.Skip(1).Select(s => s.Raw.ToString()));
        var back = edited.Edit().SetRaw("MSH-10", message.Header[10].Raw.ToString()).ToMessage();
        Assert.Equal(message.ToBytes().ToArray(), back.ToBytes().ToArray());
    }
}
