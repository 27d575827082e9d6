using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace MedStreams.Dicom.Network.Pdus;

/// <summary>Writes the PDUs that begin and end an association. Pure; safe for concurrent use.</summary>
internal static class PduWriter
{
    public static ReadOnlyMemory<byte> Write(AssociateRequest request)
    {
        var body = Begin(request.CalledAe, request.CallingAe);
        foreach (var context in request.Contexts)
        {
            var item = new ArrayBufferWriter<byte>();
            item.Write((ReadOnlySpan<byte>)[context.Id, 0, 0, 0]);
            Item(0x30, Encoding.ASCII.GetBytes(context.AbstractSyntax), item);
            foreach (var syntax in context.TransferSyntaxes)
                Item(0x40, Encoding.ASCII.GetBytes(syntax), item);
            Item(0x20, item.WrittenSpan, body);
        }

        WriteUser(request.User, body);
        return Pdu(PduType.AssociateRequest, body.WrittenSpan);
    }

    public static ReadOnlyMemory<byte> Write(AssociateAccept accept)
    {
        var body = Begin(accept.CalledAe, accept.CallingAe);
        foreach (var context in accept.Contexts)
        {
            var item = new ArrayBufferWriter<byte>();
            item.Write((ReadOnlySpan<byte>)[context.Id, 0, (byte)context.Result, 0]);
            Item(0x40, Encoding.ASCII.GetBytes(context.TransferSyntax), item);
            Item(0x21, item.WrittenSpan, body);
        }

        WriteUser(accept.User, body);
        return Pdu(PduType.AssociateAccept, body.WrittenSpan);
    }

    public static ReadOnlyMemory<byte> Write(AssociateReject reject) => Pdu(PduType.AssociateReject, [0, reject.Result, reject.Source, reject.Reason]);

    public static ReadOnlyMemory<byte> Write(Abort abort) => Pdu(PduType.Abort, [0, 0, abort.Source, abort.Reason]);

    public static ReadOnlyMemory<byte> ReleaseRequest() => Pdu(PduType.ReleaseRequest, [0, 0, 0, 0]);

    public static ReadOnlyMemory<byte> ReleaseReply() => Pdu(PduType.ReleaseReply, [0, 0, 0, 0]);

    private static ArrayBufferWriter<byte> Begin(string calledAe, string callingAe)
    {
        var body = new ArrayBufferWriter<byte>();
        body.Write((ReadOnlySpan<byte>)[0, 1, 0, 0]);
        body.Write(Encoding.ASCII.GetBytes(calledAe.PadRight(16)));
        body.Write(Encoding.ASCII.GetBytes(callingAe.PadRight(16)));
        body.Write(new byte[32]);
        Item(0x10, Encoding.ASCII.GetBytes(Uids.ApplicationContext), body);
        return body;
    }

    private static void WriteUser(UserInformation user, ArrayBufferWriter<byte> body)
    {
        var items = new ArrayBufferWriter<byte>();
        var number = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(number, user.MaxLength);
        Item(UserInformationReader.MaxLength, number, items);
        Item(UserInformationReader.ImplementationClass, Encoding.ASCII.GetBytes(user.ImplementationClass), items);
        if (user.Window is { } window)
            Item(UserInformationReader.Window, [.. UInt16(window.Invoked), .. UInt16(window.Performed)], items);
        foreach (var role in user.Roles)
            Item(UserInformationReader.Role, [.. LengthAndUid(role.SopClass), (byte)(role.IsUser ? 1 : 0), (byte)(role.IsProvider ? 1 : 0)], items);
        if (user.ImplementationVersion.Length > 0)
            Item(UserInformationReader.ImplementationVersion, Encoding.ASCII.GetBytes(user.ImplementationVersion), items);
        foreach (var extended in user.Extended)
            Item(UserInformationReader.Extended, [.. LengthAndUid(extended.SopClass), .. extended.Information.Span], items);
        if (user.Identity is { } identity)
        {
            Item(
                UserInformationReader.Identity,
                [
                    identity.Kind,
                    (byte)(identity.WantsAnswer ? 1 : 0),
                    .. UInt16((ushort)identity.Primary.Length),
                    .. identity.Primary.Span,
                    .. UInt16((ushort)identity.Secondary.Length),
                    .. identity.Secondary.Span,
                ],
                items);
        }

        if (user.IdentityAnswer is { } answer)
            Item(UserInformationReader.IdentityAnswer, [.. UInt16((ushort)answer.Length), .. answer.Span], items);
        Item(0x50, items.WrittenSpan, body);
    }

    private static ReadOnlyMemory<byte> Pdu(PduType type, ReadOnlySpan<byte> body)
    {
        var pdu = new byte[PduParser.HeaderLength + body.Length];
        pdu[0] = (byte)type;
        BinaryPrimitives.WriteUInt32BigEndian(pdu.AsSpan(2), (uint)body.Length);
        body.CopyTo(pdu.AsSpan(PduParser.HeaderLength));
        return pdu;
    }

    private static void Item(byte type, ReadOnlySpan<byte> content, ArrayBufferWriter<byte> to)
    {
        to.Write((ReadOnlySpan<byte>)[type, 0, .. UInt16(checked((ushort)content.Length))]);
        to.Write(content);
    }

    private static byte[] LengthAndUid(string uid) => [.. UInt16((ushort)uid.Length), .. Encoding.ASCII.GetBytes(uid)];

    private static byte[] UInt16(ushort value) => [(byte)(value >> 8), (byte)value];
}
