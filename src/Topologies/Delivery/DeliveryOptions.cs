namespace MedStreams.Topologies.Delivery;

/// <summary>As which message recommendations reach an EMR.</summary>
public enum DeliveryForm
{
    /// <summary>ORU^R01, unsolicited observations: a coded OBX for each recommendation (HL7 v2.5.1, 7.3.1).</summary>
    Observations,

    /// <summary>MDM^T02, a document with its content: a line of text for each recommendation (HL7 v2.5.1, 9.6.2).</summary>
    Document,
}

/// <summary>Which answer ends the delivery of a message (HL7 v2.5.1, 2.9).</summary>
public enum DeliveryAnswer
{
    /// <summary>Original mode: MSH-15 and MSH-16 are empty, the receiver answers AA, AE or AR.</summary>
    Application,

    /// <summary>Enhanced mode: MSH-15 is AL and MSH-16 NE, the receiver answers CA, CE or CR once it has kept the message.</summary>
    Commit,
}

/// <summary>How recommendations are delivered (S5.6). Immutable.</summary>
public sealed record DeliveryOptions
{
    /// <summary>Where recommendations come from, by user.</summary>
    public string RecommendationTopic { get; init; } = "recommendations";

    /// <summary>Where it is told what was delivered, by user.</summary>
    public string DeliveryTopic { get; init; } = "emr.deliveries";

    /// <summary>As which message.</summary>
    public DeliveryForm Form { get; init; } = DeliveryForm.Observations;

    /// <summary>Which answer is waited for.</summary>
    public DeliveryAnswer Answer { get; init; } = DeliveryAnswer.Application;

    /// <summary>MSH-3.</summary>
    public string SendingApplication { get; init; } = "MEDSTREAMS";

    /// <summary>MSH-4; may be empty.</summary>
    public string SendingFacility { get; init; } = "";

    /// <summary>MSH-5.</summary>
    public string ReceivingApplication { get; init; } = "EMR";

    /// <summary>MSH-6; may be empty.</summary>
    public string ReceivingFacility { get; init; } = "";

    /// <summary>MSH-11: P (production), T (training) or D (debugging).</summary>
    public string ProcessingId { get; init; } = "P";

    /// <summary>PID-3.4, who has given users their ids; may be empty.</summary>
    public string AssigningAuthority { get; init; } = "";

    /// <summary>OBX-5.3, the coding system of items; L is a local one (HL7 table 0396).</summary>
    public string CodingSystem { get; init; } = "L";

    /// <summary>How many messages are under way at once for each task, those of a user always one after the other; 1 and more.</summary>
    public int AtOnce { get; init; } = 4;

    /// <summary>How long a message may take, from being sent to being answered; 100 ms and more.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentException">Names the option and what is allowed.</exception>
    internal void Validate()
    {
        Require(AtOnce >= 1, "1 and more are allowed", nameof(AtOnce));
        Require(Limit >= TimeSpan.FromMilliseconds(100), "100 ms and more are allowed", nameof(Limit));
        Require(ProcessingId is "P" or "T" or "D", "P, T and D are allowed", nameof(ProcessingId));
    }

    private static void Require(bool holds, string otherwise, string setting)
    {
        if (!holds)
            throw new ArgumentException(otherwise, setting);
    }
}
