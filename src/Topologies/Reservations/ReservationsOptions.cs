namespace MedStreams.Topologies.Reservations;

/// <summary>Which of an appointment's two numbers is the reservation number, where a message has both.</summary>
public enum AppointmentNumber
{
    /// <summary>SCH-2, that of the scheduling system, which every notification of its own has; else SCH-1.</summary>
    Filler,

    /// <summary>SCH-1, that of the system that asked for the appointment; else SCH-2.</summary>
    Placer,
}

/// <summary>How reservations and associations are brought together (S4).</summary>
public sealed record ReservationsOptions
{
    /// <summary>HL7 v2 messages, as <c>run mllp-source</c> writes them.</summary>
    public string InboundTopic { get; init; } = "hl7.inbound";

    /// <summary>Events by user, between the first two stages. Any number of partitions.</summary>
    public string ByUserTopic { get; init; } = "reservations.by-user";

    /// <summary>Commands by reservation number; must have <see cref="Partitions"/> partitions.</summary>
    public string ByNumberTopic { get; init; } = "reservations.by-number";

    /// <summary>The state of each reservation, by its number; should be compacted.</summary>
    public string StateTopic { get; init; } = "reservations.state";

    /// <summary>Every move of a reservation, by its number.</summary>
    public string TransitionsTopic { get; init; } = "reservations.transitions";

    /// <summary>Messages that had no effect, with the reason, by user.</summary>
    public string RejectedTopic { get; init; } = "reservations.rejected";

    /// <summary>Containers on each server, 1 to 1,000: one factor of N. Default 2.</summary>
    public int Containers { get; init; } = 2;

    /// <summary>Servers, 1 to 1,000: the other factor of N. Default 2.</summary>
    public int Servers { get; init; } = 2;

    /// <summary>How long an association waits for its reservation before it is reported; from 1 s. Default 24 h.</summary>
    public TimeSpan ParkingLimit { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long after its beginning a reservation can still be associated; from 0. Default 24 h.</summary>
    public TimeSpan ExpiresAfter { get; init; } = TimeSpan.FromHours(24);

    /// <summary>The same for a reservation that names no beginning, counted from its message. Default 30 d.</summary>
    public TimeSpan OpenEndedExpiresAfter { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long what has ended is remembered, so that a late message still finds it; from 0. Default 90 d.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(90);

    /// <summary>Which of an appointment's numbers is the reservation number.</summary>
    public AppointmentNumber Number { get; init; } = AppointmentNumber.Filler;

    /// <summary>
    /// The assigning authority (its universal id, else its namespace) whose number in PID-3 and MRG-1 identifies users; null: the first
    /// number, whoever assigned it.
    /// </summary>
    public string? Authority { get; init; }

    /// <summary>The zone of times that name none. Default UTC.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>How often what has become due is looked for; from 10 ms. Default 1 s.</summary>
    public TimeSpan LookInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>N: containers times servers (S4.2).</summary>
    public int Partitions => Containers * Servers;

    /// <summary>Checks ranges.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range; the text names it and what is allowed.</exception>
    public void Validate()
    {
        Require(Containers is >= 1 and <= 1000, "Containers must be 1 to 1,000.", nameof(Containers));
        Require(Servers is >= 1 and <= 1000, "Servers must be 1 to 1,000.", nameof(Servers));
        Require(ParkingLimit >= TimeSpan.FromSeconds(1), "ParkingLimit must be 1 s or more.", nameof(ParkingLimit));
        Require(ExpiresAfter >= TimeSpan.Zero, "ExpiresAfter must not be negative.", nameof(ExpiresAfter));
        Require(OpenEndedExpiresAfter >= TimeSpan.Zero, "OpenEndedExpiresAfter must not be negative.", nameof(OpenEndedExpiresAfter));
        Require(Retention >= TimeSpan.Zero, "Retention must not be negative.", nameof(Retention));
        Require(LookInterval >= TimeSpan.FromMilliseconds(10), "LookInterval must be 10 ms or more.", nameof(LookInterval));
    }

    /// <summary>What is wrong where the topic of commands has another number of partitions than N (S4.2); null where it has N.</summary>
    /// <param name="partitions">How many it has.</param>
    public string? PartitionsFault(int partitions) => partitions == Partitions
        ? null
        : $"The topic {ByNumberTopic} has {partitions} partitions, and Containers x Servers is {Containers} x {Servers} = {Partitions}: "
            + "every reservation number has its partition by that number. Set both so that they fit the topic, or make the topic anew.";

    private static void Require(bool holds, string otherwise, string setting)
    {
        if (!holds)
            throw new ArgumentException(otherwise, setting);
    }
}
