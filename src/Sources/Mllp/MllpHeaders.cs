namespace MedStreams.Sources.Mllp;

/// <summary>
/// The headers of records in the inbound topic and its dead-letter topic, all UTF-8 text. None holds patient data: they come from
/// MSH and the connection.
/// </summary>
public static class MllpHeaders
{
    /// <summary>MSH-9.1 and 9.2: <c>ADT^A01</c>.</summary>
    public const string MessageType = "hl7.message-type";

    /// <summary>MSH-10.</summary>
    public const string ControlId = "hl7.control-id";

    /// <summary>MSH-3.1 and MSH-4.1: <c>application|facility</c>; also the record's key.</summary>
    public const string Sender = "hl7.sender";

    /// <summary>MSH-12.1.</summary>
    public const string Version = "hl7.version";

    /// <summary>The set that the bytes were read by, by its IANA name.</summary>
    public const string CharacterSet = "hl7.character-set";

    /// <summary>The first 16 bytes of the message's SHA-256, in hexadecimal: tells a repetition from another message under the same control id.</summary>
    public const string Digest = "hl7.digest";

    /// <summary>Present, as <c>true</c>, when the sender used the control id for another message before.</summary>
    public const string ReusedControlId = "hl7.reused-control-id";

    /// <summary>The sender's address.</summary>
    public const string Remote = "mllp.remote";

    /// <summary>The subject of the sender's certificate, where it has shown one.</summary>
    public const string Certificate = "mllp.certificate";

    /// <summary>In the dead-letter topic: why it is there.</summary>
    public const string Reason = "hl7.reason";
}
