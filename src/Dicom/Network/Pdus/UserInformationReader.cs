namespace MedStreams.Dicom.Network.Pdus;

/// <summary>Reads the user information item (PS3.7 section D.3.3). Pure.</summary>
internal static class UserInformationReader
{
    public const byte MaxLength = 0x51;
    public const byte ImplementationClass = 0x52;
    public const byte Window = 0x53;
    public const byte Role = 0x54;
    public const byte ImplementationVersion = 0x55;
    public const byte Extended = 0x56;
    public const byte Identity = 0x58;
    public const byte IdentityAnswer = 0x59;
    private const int MaxItems = 1024;

    public static UserInformation Read(ref PduCursor cursor)
    {
        var user = new UserInformation();
        var roles = new List<RoleSelection>();
        var extended = new List<ExtendedNegotiation>();
        for (var count = 0; cursor.HasMore; count++)
        {
            if (count == MaxItems)
                cursor.Fail("there are too many items of user information");
            var item = cursor.Item(out var type);
            switch (type)
            {
                case MaxLength:
                    user = user with { MaxLength = item.UInt32("the maximum length") };
                    break;
                case ImplementationClass:
                    user = user with { ImplementationClass = item.Uid("the implementation class UID") };
                    break;
                case ImplementationVersion:
                    user = user with { ImplementationVersion = Name(item.Rest()) };
                    break;
                case Window:
                    user = user with { Window = new AsyncWindow(item.UInt16("the window"), item.UInt16("the window")) };
                    break;
                case Role:
                    roles.Add(new RoleSelection(LengthAndUid(ref item), item.Byte("a role") == 1, item.Byte("a role") == 1));
                    break;
                case Extended:
                    extended.Add(new ExtendedNegotiation(LengthAndUid(ref item), item.Rest().ToArray()));
                    break;
                case Identity:
                    user = user with { Identity = ReadIdentity(ref item) };
                    break;
                case IdentityAnswer:
                    user = user with { IdentityAnswer = item.Take(item.UInt16("the user identity"), "the user identity").ToArray() };
                    break;
                default:
                    break;
            }

            cursor.Join(item);
        }

        if (user.MaxLength is > 0 and < 7)
            cursor.Fail("the maximum length leaves no room for data");
        return user with { Roles = roles, Extended = extended };
    }

    private static UserIdentityItem ReadIdentity(ref PduCursor item)
    {
        var kind = item.Byte("the user identity");
        var wantsAnswer = item.Byte("the user identity") == 1;
        var primary = item.Take(item.UInt16("the user identity"), "the user identity").ToArray();
        var secondary = item.Take(item.UInt16("the user identity"), "the user identity").ToArray();
        return new UserIdentityItem(kind, wantsAnswer, primary, secondary);
    }

    private static string LengthAndUid(ref PduCursor item) => item.Uid(item.UInt16("a SOP class's length"), "a SOP class");

    private static string Name(ReadOnlySpan<byte> bytes) =>
        string.Concat(System.Text.Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, 16)]).Where(c => c is >= ' ' and <= '~')).Trim();
}
