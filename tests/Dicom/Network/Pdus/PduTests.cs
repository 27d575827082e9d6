using MedStreams.Dicom.Network;
using MedStreams.Dicom.Network.Pdus;

namespace MedStreams.Dicom.Tests.Network.Pdus;

/// <summary>PDUs as bytes.</summary>
public sealed class PduTests
{
    private static readonly AssociateRequest Request = new(
        "CALLED",
        "CALLING",
        [new ProposedContext(1, "1.2.840.10008.1.1", ["1.2.840.10008.1.2"]), new ProposedContext(255, "1.2.3", ["1.2.4", "1.2.5"])],
        new UserInformation
        {
            MaxLength = 16384,
            ImplementationClass = "1.2.3.4",
            ImplementationVersion = "TEST",
            Window = new AsyncWindow(3, 0),
            Roles = [new RoleSelection("1.2.3", IsUser: false, IsProvider: true)],
            Extended = [new ExtendedNegotiation("1.2.3", new byte[] { 1, 2, 3 })],
            Identity = new UserIdentityItem(2, true, "user"u8.ToArray(), "secret"u8.ToArray()),
        });

    [Fact]
    public void A_request_is_read_as_it_was_written()
    {
        var read = PduParser.ReadRequest(Body(PduWriter.Write(Request)), out var applicationContext);
        Assert.Equal(Uids.ApplicationContext, applicationContext);
        Assert.Equal(("CALLED", "CALLING"), (read.CalledAe, read.CallingAe));
        Assert.Equal(Request.Contexts.Select(Text), read.Contexts.Select(Text));
        Assert.Equal((16384u, "1.2.3.4", "TEST"), (read.User.MaxLength, read.User.ImplementationClass, read.User.ImplementationVersion));
        Assert.Equal(Request.User.Window, read.User.Window);
        Assert.Equal(Request.User.Roles, read.User.Roles);
        Assert.Equal([1, 2, 3], read.User.Extended.Single().Information.ToArray());
        Assert.Equal("user"u8.ToArray(), read.User.Identity!.Primary.ToArray());
        Assert.Equal("secret"u8.ToArray(), read.User.Identity.Secondary.ToArray());
        static string Text(ProposedContext c) => $"{c.Id} {c.AbstractSyntax} {string.Join(",", c.TransferSyntaxes)}";
    }

    [Fact]
    public void An_answer_is_read_as_it_was_written()
    {
        var accept = new AssociateAccept(
            "CALLED",
            "CALLING",
            [new AnsweredContext(1, ContextResult.Accepted, "1.2.840.10008.1.2"), new AnsweredContext(3, ContextResult.TransferSyntaxesNotSupported, "1.2")],
            new UserInformation { MaxLength = 0, ImplementationClass = "1.2.3.4", IdentityAnswer = new byte[] { 9 } });
        var read = PduParser.ReadAccept(Body(PduWriter.Write(accept)));
        Assert.Equal([new AnsweredContext(1, ContextResult.Accepted, "1.2.840.10008.1.2"), new AnsweredContext(3, ContextResult.TransferSyntaxesNotSupported, "")], read.Contexts);
        Assert.Equal(0u, read.User.MaxLength);
        Assert.Equal([9], read.User.IdentityAnswer!.Value.ToArray());
    }

    [Fact]
    public void A_request_that_ends_early_tells_where_at_any_length()
    {
        var whole = Body(PduWriter.Write(Request));
        for (var length = 0; length < whole.Length; length++)
        {
            var fault = Assert.Throws<DicomNetworkException>(() => PduParser.ReadRequest(whole.AsSpan(0, length), out _));
            Assert.Equal(DicomNetworkError.Protocol, fault.Error);
            Assert.InRange(fault.Position!.Value, PduParser.HeaderLength, PduParser.HeaderLength + length);
            Assert.StartsWith("A-ASSOCIATE-RQ: ", fault.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(2, "a presentation context's id is even")]
    [InlineData(0, "a presentation context's id is even")]
    public void An_even_context_is_told(byte id, string reason) => AssertFault(Request with { Contexts = [new ProposedContext(id, "1.2", ["1.2"])] }, reason);

    [Fact]
    public void A_context_that_comes_twice_is_told() =>
        AssertFault(Request with { Contexts = [Request.Contexts[0], Request.Contexts[0]] }, "a presentation context's id comes twice");

    [Fact]
    public void A_context_without_a_transfer_syntax_is_told() =>
        AssertFault(Request with { Contexts = [new ProposedContext(1, "1.2", [])] }, "a presentation context has no abstract syntax or no transfer syntax");

    [Theory]
    [InlineData("1.2.x")]
    [InlineData("")]
    [InlineData("1.2.3.4.5.6.7.8.9.0.1.2.3.4.5.6.7.8.9.0.1.2.3.4.5.6.7.8.9.0.1.2.3")]
    public void What_is_no_UID_is_told(string uid) => AssertFault(Request with { Contexts = [new ProposedContext(1, uid, ["1.2"])] }, "an abstract syntax is no UID");

    [Fact]
    public void UIDs_padded_with_blanks_or_NULs_are_taken()
    {
        var read = PduParser.ReadRequest(Body(PduWriter.Write(Request with { Contexts = [new ProposedContext(1, "1.2 ", ["1.2.3\0"])] })), out _);
        Assert.Equal(("1.2", "1.2.3"), (read.Contexts[0].AbstractSyntax, read.Contexts[0].TransferSyntaxes[0]));
    }

    [Fact]
    public void A_title_of_blanks_is_told() => AssertFault(Request with { CalledAe = "" }, "the called AE title is no AE title");

    [Fact]
    public void A_length_that_leaves_no_room_for_data_is_told() =>
        AssertFault(Request with { User = Request.User with { MaxLength = 6 } }, "the maximum length leaves no room for data");

    [Fact]
    public void Items_that_nobody_knows_are_passed_over()
    {
        byte[] body = [.. Body(PduWriter.Write(Request)), 0x7F, 0, 0, 2, 1, 2];
        Assert.Equal("CALLED", PduParser.ReadRequest(body, out _).CalledAe);
    }

    [Fact]
    public void Rejections_and_aborts_are_told_in_words()
    {
        Assert.Equal("calling AE title not recognised (for good)", PduParser.ReadReject([0, 1, 1, 3]).ToString());
        Assert.Equal("temporary congestion (for now)", PduParser.ReadReject([0, 2, 3, 1]).ToString());
        Assert.Equal("by the service provider: unexpected PDU", PduParser.ReadAbort([0, 0, 2, 2]).ToString());
        Assert.Equal("by the peer's application, which gives no reason", PduParser.ReadAbort([0, 0, 0, 0]).ToString());
    }

    private static byte[] Body(ReadOnlyMemory<byte> pdu) => pdu[PduParser.HeaderLength..].ToArray();

    private static void AssertFault(AssociateRequest request, string reason)
    {
        var fault = Assert.Throws<DicomNetworkException>(() => PduParser.ReadRequest(Body(PduWriter.Write(request)), out _));
        Assert.Contains(reason, fault.Message, StringComparison.Ordinal);
        Assert.NotNull(fault.Position);
    }
}
