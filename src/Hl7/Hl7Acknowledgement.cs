using System.Globalization;

namespace MedStreams.Hl7;

/// <summary>What an acknowledgement says (HL7 table 0008; chapter 2, message acknowledgement).</summary>
public enum AcknowledgementCode
{
    /// <summary>Application accept: taken, original mode, or processed, enhanced mode.</summary>
    AA,

    /// <summary>Application error: the message has a fault that its sender should mend.</summary>
    AE,

    /// <summary>Application reject: not taken for a reason that is not the content's; it may be sent again.</summary>
    AR,

    /// <summary>Commit accept: durably saved, enhanced mode.</summary>
    CA,

    /// <summary>Commit error: could not be saved, enhanced mode.</summary>
    CE,

    /// <summary>Commit reject: refused before saving, enhanced mode.</summary>
    CR,
}

/// <summary>Why a message is not accepted, as ERR says it (chapter 2, ERR; HL7 table 0357). Holds no content of the message.</summary>
/// <param name="Code">The code of table 0357: <c>207</c> application error, <c>101</c> required field missing and so on.</param>
/// <param name="Text">What the code means.</param>
/// <param name="Detail">For the people at the sender: what is wrong and how to mend it.</param>
/// <param name="Place">Where, when a place is to blame.</param>
public sealed record Hl7Refusal(int Code, string Text, string Detail, Hl7Path? Place = null)
{
    /// <summary>The message cannot be read, or not by this receiver.</summary>
    public static Hl7Refusal Sequence(string detail) => new(100, "Segment sequence error", detail);

    /// <summary>A field that is needed is missing.</summary>
    public static Hl7Refusal Missing(Hl7Path place, string detail) => new(101, "Required field missing", detail, place);

    /// <summary>A field has the wrong kind of value.</summary>
    public static Hl7Refusal WrongType(Hl7Path place, string detail) => new(102, "Data type error", detail, place);

    /// <summary>The kind of message is not one that the receiver takes.</summary>
    public static Hl7Refusal UnsupportedType(string detail) => new(200, "Unsupported message type", detail, Hl7Path.Parse("MSH-9"));

    /// <summary>The receiver cannot take the message now.</summary>
    public static Hl7Refusal Internal(string detail) => new(207, "Application internal error", detail);
}

/// <summary>Answers to messages (HL7 v2, chapter 2, ACK general acknowledgement).</summary>
public static class Hl7Acknowledgement
{
    private static readonly int[] TakenOver = [11, 12, 18];

    /// <summary>
    /// Answers a message, in its delimiters and its character set: sender and receiver change places, MSH-9 is
    /// <c>ACK^trigger</c> (from version 2.5 on <c>ACK^trigger^ACK</c>), MSH-11, 12 and 18 are taken over, MSA-2 is the
    /// message's MSH-10. A refusal stands in MSA-3 (up to version 2.6) and ERR.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="code">What is answered.</param>
    /// <param name="controlId">MSH-10 of the answer; unique among what this receiver sends.</param>
    /// <param name="time">MSH-7.</param>
    /// <param name="refusal">The reason, where it is not accepted.</param>
    public static Hl7Message Create(
        Hl7Message message, AcknowledgementCode code, string controlId, DateTimeOffset time, Hl7Refusal? refusal = null)
    {
        ArgumentNullException.ThrowIfNull(message);
        var header = message.Header;
        var atLeast25 = IsAtLeast(header[12].Value, 2, 5);
        var trigger = header[9][1][2].Raw.ToString();
        var s = message.Delimiters.Component;
        var answer = Hl7Message.New(message.Delimiters)
            .SetRaw("MSH-3", header[5].Raw.ToString())
            .SetRaw("MSH-4", header[6].Raw.ToString())
            .SetRaw("MSH-5", header[3].Raw.ToString())
            .SetRaw("MSH-6", header[4].Raw.ToString())
            .Set("MSH-7", Hl7Time.Format(time))
            .SetRaw("MSH-9", trigger.Length == 0 ? "ACK" : atLeast25 ? $"ACK{s}{trigger}{s}ACK" : $"ACK{s}{trigger}")
            .Set("MSH-10", controlId);
        foreach (var field in TakenOver)
            answer.SetRaw($"MSH-{field}", header[field].Raw.ToString());
        answer.Set("MSA-1", code.ToString()).SetRaw("MSA-2", header[10].Raw.ToString());
        if (refusal is not null)
            Explain(answer, refusal, atLeast25, IsAtLeast(header[12].Value, 2, 7));
        return answer.ToMessage();
    }

    /// <summary>
    /// Answers bytes that are no message, for a sender that waits for something: AR (or CR) in the usual delimiters, without
    /// MSA-2, since no control id could be read.
    /// </summary>
    public static Hl7Message ForUnreadable(
        Hl7Fault fault, AcknowledgementCode code, string controlId, DateTimeOffset time)
    {
        var answer = Hl7Message.New()
            .Set("MSH-7", Hl7Time.Format(time))
            .SetRaw("MSH-9", "ACK")
            .Set("MSH-10", controlId)
            .Set("MSH-11", "P")
            .Set("MSH-12", "2.5.1")
            .Set("MSA-1", code.ToString());
        Explain(answer, Hl7Refusal.Sequence(fault.ToString()), true, false);
        return answer.ToMessage();
    }

    private static void Explain(Hl7Editor answer, Hl7Refusal refusal, bool atLeast25, bool atLeast27)
    {
        var code = refusal.Code.ToString(CultureInfo.InvariantCulture);
        if (!atLeast27)
            answer.Set("MSA-3", refusal.Detail);
        if (atLeast25)
        {
            if (refusal.Place is { } place)
                Locate(answer, "ERR-2", place);
            answer.Set("ERR-3.1", code).Set("ERR-3.2", refusal.Text).Set("ERR-3.3", "HL70357").Set("ERR-4", "E")
                .Set("ERR-8", refusal.Detail);
            return;
        }

        if (refusal.Place is { } old)
            Locate(answer, "ERR-1", old);
        answer.Set("ERR-1.4.1", code).Set("ERR-1.4.2", refusal.Text).Set("ERR-1.4.3", "HL70357");
    }

    private static void Locate(Hl7Editor answer, string field, Hl7Path place) => answer
        .Set($"{field}.1", place.Segment)
        .Set($"{field}.2", place.SegmentNumber.ToString(CultureInfo.InvariantCulture))
        .Set($"{field}.3", place.Field.ToString(CultureInfo.InvariantCulture));

    /// <summary>Whether MSH-12 says that version or a later one; one that is not readable counts as later.</summary>
    private static bool IsAtLeast(string version, int major, int minor)
    {
        var parts = version.Split('.');
        if (!int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first))
            return true;
        var second = parts.Length > 1 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0;
        return first > major || (first == major && second >= minor);
    }
}
