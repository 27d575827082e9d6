using System.Globalization;

namespace MedStreams.Dicom.Network;

/// <summary>How far a status lets an operation come.</summary>
public enum DimseStatusKind
{
    /// <summary>Done.</summary>
    Success,

    /// <summary>Done, with a remark.</summary>
    Warning,

    /// <summary>Not done.</summary>
    Failure,

    /// <summary>Ended on demand.</summary>
    Cancel,

    /// <summary>More responses follow.</summary>
    Pending,
}

/// <summary>The status of a response (PS3.7 Annex C, PS3.4 sections B.2.3 and C.4).</summary>
/// <param name="Code">Its number, (0000,0900).</param>
public readonly record struct DimseStatus(ushort Code)
{
    /// <summary>Done.</summary>
    public static DimseStatus Success { get; } = new(0x0000);

    /// <summary>The sending ended because of C-CANCEL.</summary>
    public static DimseStatus Cancelled { get; } = new(0xFE00);

    /// <summary>One more match, or one more sub-operation, and more to come.</summary>
    public static DimseStatus Pending { get; } = new(0xFF00);

    /// <summary>A general failure in processing.</summary>
    public static DimseStatus ProcessingFailure { get; } = new(0x0110);

    /// <summary>The instance is not here.</summary>
    public static DimseStatus NoSuchInstance { get; } = new(0x0112);

    /// <summary>An instance of this UID is here already, with other content.</summary>
    public static DimseStatus DuplicateInstance { get; } = new(0x0111);

    /// <summary>The class is not served here.</summary>
    public static DimseStatus ClassNotSupported { get; } = new(0x0122);

    /// <summary>Not allowed to this peer.</summary>
    public static DimseStatus NotAuthorized { get; } = new(0x0124);

    /// <summary>This operation is not known.</summary>
    public static DimseStatus UnrecognizedOperation { get; } = new(0x0211);

    /// <summary>No room for it now.</summary>
    public static DimseStatus OutOfResources { get; } = new(0xA700);

    /// <summary>The data set is not what the command says.</summary>
    public static DimseStatus DataSetMismatch { get; } = new(0xA900);

    /// <summary>The data set cannot be understood.</summary>
    public static DimseStatus CannotUnderstand { get; } = new(0xC000);

    /// <summary>How far it lets the operation come.</summary>
    public DimseStatusKind Kind => Code switch
    {
        0x0000 => DimseStatusKind.Success,
        0xFF00 or 0xFF01 => DimseStatusKind.Pending,
        0xFE00 => DimseStatusKind.Cancel,
        0x0001 or 0x0107 or 0x0116 or (>= 0xB000 and <= 0xBFFF) => DimseStatusKind.Warning,
        _ => DimseStatusKind.Failure,
    };

    /// <summary>Whether the operation is done: success, or a warning.</summary>
    public bool IsDone => Kind is DimseStatusKind.Success or DimseStatusKind.Warning;

    /// <summary>Whether a failure may pass: no room, processing failed, sub-operations could not be made.</summary>
    public bool IsTransient => Code is 0x0110 or 0x0213 or 0xA701 or 0xA702 || (Code & 0xFF00) == 0xA700;

    private string Words => Code switch
    {
        0x0000 => "success",
        0x0105 => "no such attribute",
        0x0106 => "invalid attribute value",
        0x0107 => "attribute list error",
        0x0110 => "processing failure",
        0x0111 => "duplicate SOP instance",
        0x0112 => "no such SOP instance",
        0x0113 => "no such event type",
        0x0114 => "no such argument",
        0x0115 => "invalid argument value",
        0x0116 => "attribute value out of range",
        0x0117 => "invalid SOP instance",
        0x0118 => "no such SOP class",
        0x0119 => "class and instance conflict",
        0x0120 => "missing attribute",
        0x0121 => "missing attribute value",
        0x0122 => "SOP class not supported",
        0x0123 => "no such action type",
        0x0124 => "not authorised",
        0x0131 => "transaction unknown or rejected",
        0x0210 => "duplicate invocation",
        0x0211 => "unrecognised operation",
        0x0212 => "mistyped argument",
        0x0213 => "resource limitation",
        0xA701 => "out of resources: matches cannot be counted",
        0xA702 => "out of resources: sub-operations cannot be made",
        0xA801 => "move destination unknown",
        0xB000 => "coercion of data elements, or sub-operations with failures",
        0xB006 => "elements discarded",
        0xB007 => "data set does not match SOP class, and was taken",
        0xFE00 => "cancelled",
        0xFF00 => "pending",
        0xFF01 => "pending, some optional keys not supported",
        _ => (Code & 0xFF00) switch
        {
            0xA700 => "out of resources",
            0xA800 => "SOP class not supported",
            0xA900 => "data set does not match SOP class, or identifier not understood",
            _ when (Code & 0xF000) == 0xC000 => "cannot understand, or unable to process",
            _ when Kind == DimseStatusKind.Warning => "warning",
            _ => "failure",
        },
    };

    /// <summary>Number and meaning, as <c>0xA801 (move destination unknown)</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"0x{Code:X4} ({Words})");
}
