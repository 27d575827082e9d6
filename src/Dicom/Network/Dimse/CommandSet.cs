using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace MedStreams.Dicom.Network.Dimse;

/// <summary>The kinds of messages (PS3.7 section E.1, Command Field).</summary>
internal enum CommandField : ushort
{
    StoreRequest = 0x0001,
    StoreResponse = 0x8001,
    GetRequest = 0x0010,
    GetResponse = 0x8010,
    FindRequest = 0x0020,
    FindResponse = 0x8020,
    MoveRequest = 0x0021,
    MoveResponse = 0x8021,
    EchoRequest = 0x0030,
    EchoResponse = 0x8030,
    EventReportRequest = 0x0100,
    EventReportResponse = 0x8100,
    ActionRequest = 0x0130,
    ActionResponse = 0x8130,
    CancelRequest = 0x0FFF,
}

/// <summary>
/// The command of a message (PS3.7 section 6.3): elements of group 0000, always implicit VR, little endian. Not thread-safe while it is changed.
/// </summary>
internal sealed class CommandSet
{
    /// <summary>The longest that is read; real ones have a few hundred bytes.</summary>
    public const int MaxLength = 64 << 10;

    private const ushort NoDataSet = 0x0101;
    private readonly SortedList<ushort, byte[]> _elements = [];

    public CommandField Field { get => (CommandField)Number(0x0100); init => Set(0x0100, (ushort)value); }

    public ushort MessageId { get => Number(0x0110); init => Set(0x0110, value); }

    public ushort RespondsTo { get => Number(0x0120); init => Set(0x0120, value); }

    public bool IsResponse => (Number(0x0100) & 0x8000) != 0;

    /// <summary>Whether a data set follows.</summary>
    public bool HasDataSet { get => Number(0x0800) != NoDataSet; init => Set(0x0800, value ? (ushort)0x0001 : NoDataSet); }

    public DimseStatus Status { get => new(Number(0x0900)); init => Set(0x0900, value.Code); }

    /// <summary>0 medium, 1 high, 2 low.</summary>
    public ushort Priority { init => Set(0x0700, value); }

    public string AffectedClass { get => Text(0x0002); init => SetUid(0x0002, value); }

    public string RequestedClass { get => Text(0x0003); init => SetUid(0x0003, value); }

    public string AffectedInstance { get => Text(0x1000); set => SetUid(0x1000, value); }

    public string RequestedInstance { get => Text(0x1001); init => SetUid(0x1001, value); }

    public ushort EventType { get => Number(0x1002); set => Set(0x1002, value); }

    public ushort ActionType { get => Number(0x1008); set => Set(0x1008, value); }

    public string MoveDestination { init => SetText(0x0600, value); }

    public string MoveOriginator { get => Text(0x1030); set => SetText(0x1030, value); }

    public ushort? MoveOriginatorMessage => _elements.ContainsKey(0x1031) ? Number(0x1031) : null;

    public SubOperations SubOperations => new(
        _elements.ContainsKey(0x1020) ? Number(0x1020) : null, Number(0x1021), Number(0x1022), Number(0x1023));

    /// <summary>Whether an element is there.</summary>
    public bool Has(ushort element) => _elements.ContainsKey(element);

    /// <summary>Reads a command.</summary>
    /// <exception cref="DicomNetworkException">It is none; tells the place.</exception>
    public static CommandSet Read(ReadOnlySpan<byte> bytes)
    {
        var command = new CommandSet();
        for (var at = 0; at < bytes.Length;)
        {
            var header = bytes[at..];
            if (header.Length < 8)
                throw DicomNetworkException.Malformed("A command set", at, "an element ends too early");
            var element = BinaryPrimitives.ReadUInt16LittleEndian(header[2..]);
            var length = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
            if (BinaryPrimitives.ReadUInt16LittleEndian(header) != 0)
                throw DicomNetworkException.Malformed("A command set", at, "an element of another group");
            if (length > header.Length - 8)
                throw DicomNetworkException.Malformed("A command set", at, "an element is longer than the command");
            command._elements[element] = header.Slice(8, (int)length).ToArray();
            at += 8 + (int)length;
        }

        if (!command.Has(0x0100))
            throw DicomNetworkException.Malformed("A command set", bytes.Length, "no command field");
        if (!command.Has(command.IsResponse || command.Field == CommandField.CancelRequest ? (ushort)0x0120 : (ushort)0x0110))
            throw DicomNetworkException.Malformed("A command set", bytes.Length, "no message id");
        if (command.IsResponse && !command.Has(0x0900))
            throw DicomNetworkException.Malformed("A command set", bytes.Length, "a response without a status");
        return command;
    }

    /// <summary>Its bytes, the group length first.</summary>
    public ReadOnlyMemory<byte> ToBytes()
    {
        var to = new ArrayBufferWriter<byte>();
        var length = _elements.Values.Sum(v => 8 + v.Length);
        Write(0x0000, BitConverter.GetBytes((uint)length), to);
        foreach (var (element, value) in _elements)
            Write(element, value, to);
        return to.WrittenMemory;
    }

    private static void Write(ushort element, byte[] value, ArrayBufferWriter<byte> to)
    {
        var header = to.GetSpan(8);
        header[..2].Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(header[2..], element);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], (uint)value.Length);
        to.Advance(8);
        to.Write(value);
    }

    private ushort Number(ushort element) =>
        _elements.TryGetValue(element, out var value) && value.Length >= 2 ? BinaryPrimitives.ReadUInt16LittleEndian(value) : (ushort)0;

    /// <summary>Text without padding: NUL by the standard, blanks by habit of some.</summary>
    private string Text(ushort element) =>
        _elements.TryGetValue(element, out var value) ? Encoding.Latin1.GetString(value).Trim('\0', ' ') : "";

    private void Set(ushort element, ushort value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        _elements[element] = bytes;
    }

    private void SetUid(ushort element, string value) => _elements[element] = Encoding.ASCII.GetBytes(value.Length % 2 == 0 ? value : value + '\0');

    private void SetText(ushort element, string value) => _elements[element] = Encoding.ASCII.GetBytes(value.Length % 2 == 0 ? value : value + ' ');
}
