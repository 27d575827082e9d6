namespace MedStreams.Dicom.Network.Pdus;

/// <summary>
/// Reads the PDUs that begin and end an association from the bytes behind their headers of six. Throws <see cref="DicomNetworkException"/> with the place, counted
/// with the header, for whatever is wrong. Pure; safe for concurrent use.
/// </summary>
internal static class PduParser
{
    public const int HeaderLength = 6;
    private const byte ApplicationContext = 0x10;
    private const byte Proposal = 0x20;
    private const byte Answer = 0x21;
    private const byte AbstractSyntax = 0x30;
    private const byte TransferSyntax = 0x40;
    private const byte User = 0x50;

    /// <summary>Whether a request speaks a version of the protocol that is spoken here (PS3.8 section 9.3.2: bit 0).</summary>
    public static bool IsVersionKnown(ReadOnlySpan<byte> body) => body.Length < 2 || (body[1] & 1) == 1;

    public static AssociateRequest ReadRequest(ReadOnlySpan<byte> body, out string applicationContext)
    {
        var cursor = new PduCursor(body, HeaderLength);
        var (called, calling) = Titles(ref cursor);
        var contexts = new List<ProposedContext>();
        UserInformation? user = null;
        applicationContext = "";
        while (cursor.HasMore)
        {
            var start = cursor.Position;
            var item = cursor.Item(out var type);
            switch (type)
            {
                case ApplicationContext:
                    applicationContext = item.Uid("the application context name");
                    break;
                case Proposal:
                    var context = ReadProposal(ref item);
                    if (contexts.Exists(c => c.Id == context.Id))
                        item.Fail("a presentation context's id comes twice", start);
                    contexts.Add(context);
                    break;
                case User:
                    user = UserInformationReader.Read(ref item);
                    break;
                default:
                    break; // PS3.8 section 9.3.1: what is not known is passed over
            }

            cursor.Join(item);
        }

        if (applicationContext.Length == 0)
            cursor.Fail("there is no application context");
        if (contexts.Count == 0)
            cursor.Fail("there is no presentation context");
        if (user is null)
            cursor.Fail("there is no user information");
        cursor.Check(PduType.AssociateRequest);
        return new AssociateRequest(called, calling, contexts, user!);
    }

    public static AssociateAccept ReadAccept(ReadOnlySpan<byte> body)
    {
        var cursor = new PduCursor(body, HeaderLength);
        cursor.UInt16("the protocol version");
        cursor.Skip(66); // the titles are not looked at here (PS3.8 section 9.3.3)
        var contexts = new List<AnsweredContext>();
        UserInformation? user = null;
        while (cursor.HasMore)
        {
            var start = cursor.Position;
            var item = cursor.Item(out var type);
            if (type == Answer)
            {
                var context = ReadAnswer(ref item);
                if (contexts.Exists(c => c.Id == context.Id))
                    item.Fail("a presentation context's id comes twice", start);
                contexts.Add(context);
            }
            else if (type == User)
                user = UserInformationReader.Read(ref item);
            cursor.Join(item);
        }

        if (user is null)
            cursor.Fail("there is no user information");
        cursor.Check(PduType.AssociateAccept);
        return new AssociateAccept("", "", contexts, user!);
    }

    public static AssociateReject ReadReject(ReadOnlySpan<byte> body)
    {
        var cursor = new PduCursor(body, HeaderLength);
        cursor.Skip(1);
        var reject = new AssociateReject(cursor.Byte("the result"), cursor.Byte("the source"), cursor.Byte("the reason"));
        cursor.Check(PduType.AssociateReject);
        return reject;
    }

    public static Abort ReadAbort(ReadOnlySpan<byte> body)
    {
        var cursor = new PduCursor(body, HeaderLength);
        cursor.Skip(2);
        var abort = new Abort(cursor.Byte("the source"), cursor.Byte("the reason"));
        cursor.Check(PduType.Abort);
        return abort;
    }

    private static (string Called, string Calling) Titles(ref PduCursor cursor)
    {
        cursor.UInt16("the protocol version");
        cursor.Skip(2);
        var called = cursor.AeTitle("the called AE title");
        var calling = cursor.AeTitle("the calling AE title");
        cursor.Skip(32);
        return (called, calling);
    }

    private static ProposedContext ReadProposal(ref PduCursor cursor)
    {
        var id = ContextId(ref cursor);
        cursor.Skip(3);
        var abstractSyntax = "";
        var transferSyntaxes = new List<string>();
        while (cursor.HasMore)
        {
            var item = cursor.Item(out var type);
            if (type == AbstractSyntax)
                abstractSyntax = item.Uid("an abstract syntax");
            else if (type == TransferSyntax)
                transferSyntaxes.Add(item.Uid("a transfer syntax"));
            cursor.Join(item);
        }

        if (abstractSyntax.Length == 0 || transferSyntaxes.Count == 0)
            cursor.Fail("a presentation context has no abstract syntax or no transfer syntax");
        return new ProposedContext(id, abstractSyntax, transferSyntaxes);
    }

    private static AnsweredContext ReadAnswer(ref PduCursor cursor)
    {
        var id = ContextId(ref cursor);
        cursor.Skip(1);
        var result = cursor.Byte("a presentation context's result");
        cursor.Skip(1);
        var chosen = "";
        while (cursor.HasMore)
        {
            var item = cursor.Item(out var type);
            // Of a refused context it means nothing, and may be empty (PS3.8 section 9.3.3.2).
            if (type == TransferSyntax && result == 0)
                chosen = item.Uid("a transfer syntax");
            cursor.Join(item);
        }

        if (result > 4)
            cursor.Fail("a presentation context's result is unknown");
        if (result == 0 && chosen.Length == 0)
            cursor.Fail("an accepted presentation context has no transfer syntax");
        return new AnsweredContext(id, (ContextResult)result, chosen);
    }

    private static byte ContextId(ref PduCursor cursor)
    {
        var id = cursor.Byte("a presentation context's id");
        if (id % 2 == 0)
            cursor.Fail("a presentation context's id is even", cursor.Position - 1);
        return id;
    }
}
