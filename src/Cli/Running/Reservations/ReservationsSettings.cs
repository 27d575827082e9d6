using MedStreams.Cli.Configuration;
using MedStreams.Topologies.Reservations;

namespace MedStreams.Cli.Running.Reservations;

/// <summary>How reservations are set up; the meanings are those of <see cref="ReservationsOptions"/>.</summary>
internal static class ReservationsSettings
{
    public static Setting<string> InboundTopic { get; } =
        new("Reservations:InboundTopic", "Where HL7 messages come from", Rules.TopicName, "hl7.inbound");

    public static Setting<string> ByUserTopic { get; } =
        new("Reservations:ByUserTopic", "Between the stages: events by user", Rules.TopicName, "reservations.by-user");

    public static Setting<string> ByNumberTopic { get; } =
        new("Reservations:ByNumberTopic", "Between the stages: commands by reservation number; must have Containers x Servers partitions",
            Rules.TopicName, "reservations.by-number");

    public static Setting<string> StateTopic { get; } =
        new("Reservations:StateTopic", "Where the states of reservations go; should be compacted", Rules.TopicName, "reservations.state");

    public static Setting<string> TransitionsTopic { get; } =
        new("Reservations:TransitionsTopic", "Where moves go", Rules.TopicName, "reservations.transitions");

    public static Setting<string> RejectedTopic { get; } =
        new("Reservations:RejectedTopic", "Where messages without effect go, with the reason", Rules.TopicName, "reservations.rejected");

    public static Setting<int> Containers { get; } =
        new("Reservations:Containers", "Containers on each server: one factor of the number of partitions", Rules.Integer(1, 1000), "2");

    public static Setting<int> Servers { get; } =
        new("Reservations:Servers", "Servers: the other factor", Rules.Integer(1, 1000), "2");

    public static Setting<TimeSpan> ParkingLimit { get; } =
        new("Reservations:ParkingLimit", "How long an association waits for its reservation before it is reported",
            Rules.Duration(TimeSpan.FromSeconds(1)), "24 h");

    public static Setting<TimeSpan> ExpiresAfter { get; } =
        new("Reservations:ExpiresAfter", "How long after its beginning a reservation can still be associated", Rules.Duration(TimeSpan.Zero), "24 h");

    public static Setting<TimeSpan> OpenEndedExpiresAfter { get; } =
        new("Reservations:OpenEndedExpiresAfter", "The same for a reservation that names no beginning, from its message on",
            Rules.Duration(TimeSpan.Zero), "30 d");

    public static Setting<TimeSpan> Retention { get; } =
        new("Reservations:Retention", "How long what has ended is remembered for late messages", Rules.Duration(TimeSpan.Zero), "90 d");

    public static Setting<AppointmentNumber> Number { get; } =
        new("Reservations:Number", "Whose number of an appointment is the reservation number where there are both: SCH-2 (filler) or SCH-1 (placer)",
            Rules.OneOf(("filler", AppointmentNumber.Filler), ("placer", AppointmentNumber.Placer)), "filler");

    public static Setting<string> Authority { get; } =
        new("Reservations:Authority", "The assigning authority whose number identifies users; not set: the first number of PID-3", Rules.Text, null);

    public static Setting<TimeZoneInfo> Zone { get; } =
        new("Reservations:Zone", "The zone of times that name none",
            new Rule<TimeZoneInfo>("a time zone such as UTC or Europe/Zurich", (string text, out TimeZoneInfo value) =>
                TimeZoneInfo.TryFindSystemTimeZoneById(text, out value!)),
            "UTC");

    /// <summary>All of them, in the order that they are listed.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        InboundTopic, ByUserTopic, ByNumberTopic, StateTopic, TransitionsTopic, RejectedTopic, Containers, Servers, ParkingLimit,
        ExpiresAfter, OpenEndedExpiresAfter, Retention, Number, Authority, Zone,
    ];

    /// <summary>The topology's options.</summary>
    public static ReservationsOptions ToOptions(EffectiveSettings settings) => new()
    {
        InboundTopic = settings.Get(InboundTopic),
        ByUserTopic = settings.Get(ByUserTopic),
        ByNumberTopic = settings.Get(ByNumberTopic),
        StateTopic = settings.Get(StateTopic),
        TransitionsTopic = settings.Get(TransitionsTopic),
        RejectedTopic = settings.Get(RejectedTopic),
        Containers = settings.Get(Containers),
        Servers = settings.Get(Servers),
        ParkingLimit = settings.Get(ParkingLimit),
        ExpiresAfter = settings.Get(ExpiresAfter),
        OpenEndedExpiresAfter = settings.Get(OpenEndedExpiresAfter),
        Retention = settings.Get(Retention),
        Number = settings.Get(Number),
        Authority = settings.Find(Authority, out var authority) ? authority : null,
        Zone = settings.Get(Zone),
    };
}
