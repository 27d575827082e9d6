using System.Collections.Immutable;
using System.Security.Cryptography;
using MedStreams.Hl7;
using MedStreams.Hl7.Views;

namespace MedStreams.Topologies.Reservations;

/// <summary>What a message comes to: events by user, or why it comes to nothing.</summary>
/// <param name="Events">The events, in the order of the message; empty for a kind of message that is not about reservations.</param>
/// <param name="Rejection">Why there is none, where there should be.</param>
public sealed record MessageOutcome(IReadOnlyList<(string User, UserEvent Event)> Events, Rejection? Rejection);

/// <summary>
/// Reads HL7 v2 messages as events of users (S4.7). SIU^S12 to S17 and S26 are about reservations; ADT^A01, A04, A05, ORM^O01, OMG^O19
/// and OMI^O23 make associations, ADT^A11 and order controls that cancel end them, ADT^A08 changes them; ADT^A40 and A47 merge users.
/// ADT^A31 changes nothing that is kept here, and other kinds are passed over. Safe for use by several threads.
/// </summary>
public sealed class MessageReader(ReservationsOptions options)
{
    private static readonly string[] CancellingControls = ["CA", "OC", "CR", "DC", "OD", "DR"];

    /// <summary>Reads a message.</summary>
    /// <param name="bytes">The message.</param>
    /// <param name="recordTime">When it came, in epoch milliseconds: stands for a message's time (MSH-7) that is missing.</param>
    /// <param name="origin">Where it is.</param>
    public MessageOutcome Read(ReadOnlySpan<byte> bytes, long recordTime, string origin)
    {
        if (!Hl7Message.TryParse(bytes, out var message, out _))
            return Refused(RejectionReason.Unreadable, new(string.Empty, new(recordTime, 0, string.Empty, string.Empty), origin));
        var header = message.Msh;
        var kind = $"{header.Type}^{header.Trigger}";
        var handled = Kind.Of(kind);
        if (handled is null)
            return new([], null);
        var time = header.Time?.ToMoment(options.Zone).ToUnixTimeMilliseconds() ?? recordTime;
        var source = new EventSource(kind, new(time, handled.Rank, header.ControlId, Digest(bytes)), origin);
        if (handled.IsMerge)
            return Merges(message, source);
        if (message.Pid is not { } patient || UserOf(patient.Numbers) is not { } user)
            return Refused(RejectionReason.NoUser, source);
        if (handled.Reservation is { } action)
            return Reservation(message, user, action, source);
        return handled.IsOrder ? Orders(message, user, source) : Visit(message, user, handled.Association!.Value, source);
    }

    private MessageOutcome Reservation(Hl7Message message, string user, ReservationAction action, EventSource source)
    {
        if (message.Sch is not { } scheduling)
            return Refused(RejectionReason.NoNumber, source);
        var (first, second) = options.Number == AppointmentNumber.Filler
            ? (scheduling.FillerNumber, scheduling.PlacerNumber)
            : (scheduling.PlacerNumber, scheduling.FillerNumber);
        if (first.IsEmpty)
            (first, second) = (second, first);
        if (first.IsEmpty)
            return Refused(RejectionReason.NoNumber, source);
        var start = scheduling.Start ?? message.Ais.Select(a => a.Start).FirstOrDefault(s => s is not null);
        var references = new List<string>();
        Add(references, second);
        Add(references, Number(scheduling.Segment[26])); // SCH-26: the order's number at its placer
        Add(references, Number(scheduling.Segment[27])); // SCH-27: at its filler
        if (message.Pv1 is { } visit && visit.VisitNumber.Id.Length > 0)
            references.Add(VisitId(visit.VisitNumber));
        return One(user, new ReservationEvent(
            first.Key, action, start?.ToMoment(options.Zone).ToUnixTimeMilliseconds(), Sorted(references), source));
    }

    private static MessageOutcome Visit(Hl7Message message, string user, AssociationAction action, EventSource source)
    {
        var id = VisitOf(message) ?? VisitlessId(user, source);
        return One(user, new AssociationEvent(id, action, [id], PlaceOf(message), source));
    }

    private static MessageOutcome Orders(Hl7Message message, string user, EventSource source)
    {
        var visit = VisitOf(message);
        var place = PlaceOf(message);
        var events = new List<(string User, UserEvent Event)>();
        var accession = message.Obr.Select(o => o.AccessionNumber).FirstOrDefault(a => a.Length > 0);
        foreach (var order in message.Orc)
        {
            var control = order.Control;
            if (control.StartsWith('U'))
                continue; // UA, UC, UD and so on: what was asked for is not possible, and nothing came of it
            var references = new List<string>();
            Add(references, order.PlacerNumber);
            Add(references, order.FillerNumber);
            var id = references.Count > 0 ? $"order {references[0]}"
                : accession is not null ? $"accession {accession}"
                : visit ?? VisitlessId(user, source);
            if (visit is not null)
                references.Add(visit);
            var action = CancellingControls.Contains(control) ? AssociationAction.Cancel : AssociationAction.Make;
            events.Add((user, new AssociationEvent(id, action, Sorted(references), place, source)));
        }

        return new(events, null);
    }

    private MessageOutcome Merges(Hl7Message message, EventSource source)
    {
        var events = new List<(string User, UserEvent Event)>();
        string? survivor = null;
        foreach (var segment in message.Segments)
        {
            if (segment.Name == "PID")
                survivor = UserOf(new PatientIdentification(segment).Numbers);
            if (segment.Name != "MRG")
                continue;
            if (survivor is null)
                return Refused(RejectionReason.NoUser, source);
            foreach (var old in PriorNumbers(new MergeInformation(segment)).Where(old => old != survivor))
            {
                var (larger, smaller) = string.CompareOrdinal(old, survivor) > 0 ? (old, survivor) : (survivor, old);
                events.Add((larger, new MergeEvent(smaller, new(old, survivor, source.Version))));
            }
        }

        return events.Count > 0 ? new(events, null) : Refused(RejectionReason.NoPriorNumber, source);
    }

    private IEnumerable<string> PriorNumbers(MergeInformation merge)
    {
        var numbers = merge.PriorNumbers;
        if (options.Authority is not null)
            return UserOf(numbers) is { } preferred ? [preferred] : [];
        return numbers.Where(IsNumber).Select(n => n.Key).Distinct();
    }

    private string? UserOf(IReadOnlyList<PatientNumber> numbers)
    {
        foreach (var number in numbers)
        {
            if (IsNumber(number) && (options.Authority is null || number.Authority.Key == options.Authority))
                return number.Key;
        }

        return null;
    }

    private static bool IsNumber(PatientNumber number) => number.Id.Length > 0 && number.Id != "\"\"";

    /// <summary>The visit's number (PV1-19), else the account's (PID-18); null where there is neither.</summary>
    private static string? VisitOf(Hl7Message message)
    {
        if (message.Pv1 is { } visit && IsNumber(visit.VisitNumber))
            return VisitId(visit.VisitNumber);
        return message.Pid is { } patient && IsNumber(patient.AccountNumber) ? $"account {patient.AccountNumber.Key}" : null;
    }

    private static string VisitId(PatientNumber number) => $"visit {number.Key}";

    /// <summary>Where messages name neither visit nor order: one association of a user a day.</summary>
    private static string VisitlessId(string user, EventSource source) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"day {DateTimeOffset.FromUnixTimeMilliseconds(source.Version.Time):yyyy-MM-dd} {user}");

    private static string? PlaceOf(Hl7Message message) => message.Pv1 is { } visit && visit.PointOfCare.Length > 0 ? visit.PointOfCare : null;

    private static EntityNumber Number(Hl7Field field) => new(
        field[1][1].Value, new(field[1][2].Value, field[1][3].Value, field[1][4].Value));

    private static void Add(List<string> references, EntityNumber number)
    {
        if (!number.IsEmpty)
            references.Add(number.Key);
    }

    private static ImmutableArray<string> Sorted(List<string> references) =>
        [.. references.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static string Digest(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return Convert.ToHexStringLower(hash[..8]);
    }

    private static MessageOutcome One(string user, UserEvent said) => new([(user, said)], null);

    private static MessageOutcome Refused(RejectionReason reason, EventSource source) => new(
        [], new(reason, source.Cause, null, null, source.Version.ControlId, source.Version.Time, source.Origin));

    /// <summary>What a kind of message is about.</summary>
    private sealed record Kind(ReservationAction? Reservation, AssociationAction? Association, bool IsOrder, bool IsMerge, int Rank)
    {
        private static readonly Dictionary<string, Kind> Kinds = new(StringComparer.Ordinal)
        {
            ["SIU^S12"] = Of(ReservationAction.Reserve, 0),
            ["SIU^S13"] = Of(ReservationAction.Reschedule, 1),
            ["SIU^S14"] = Of(ReservationAction.Modify, 1),
            ["SIU^S15"] = Of(ReservationAction.Cancel, 1),
            ["SIU^S16"] = Of(ReservationAction.Discontinue, 1),
            ["SIU^S17"] = Of(ReservationAction.Delete, 1),
            ["SIU^S26"] = Of(ReservationAction.NoShow, 1),
            ["ADT^A01"] = Of(AssociationAction.Make, 0),
            ["ADT^A04"] = Of(AssociationAction.Make, 0),
            ["ADT^A05"] = Of(AssociationAction.Make, 0),
            ["ADT^A08"] = Of(AssociationAction.Update, 1),
            ["ADT^A11"] = Of(AssociationAction.Cancel, 1),
            ["ORM^O01"] = new(null, null, true, false, 0),
            ["OMG^O19"] = new(null, null, true, false, 0),
            ["OMI^O23"] = new(null, null, true, false, 0),
            ["ADT^A40"] = new(null, null, false, true, 1),
            ["ADT^A47"] = new(null, null, false, true, 1),
        };

        public static Kind? Of(string kind) => Kinds.GetValueOrDefault(kind);

        private static Kind Of(ReservationAction action, int rank) => new(action, null, false, false, rank);

        private static Kind Of(AssociationAction action, int rank) => new(null, action, false, false, rank);
    }
}
