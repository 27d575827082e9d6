using MedStreams.Hl7;

namespace MedStreams.Cli.Demo.Clinic;

/// <summary>What a reservation must come to.</summary>
/// <param name="Number">The reservation number.</param>
/// <param name="State">User, state and associations, as the table has them.</param>
internal readonly record struct ExpectedReservation(string Number, string State);

/// <summary>
/// HL7 messages made with the product's own builder: a small story of reservations and associations, and, where no real messages lie
/// beside the checkout, some more. Each is a second later than the one before.
/// </summary>
internal sealed class ClinicMessages(DateTimeOffset now)
{
    private const string Facility = "CAMPUS";
    private int _count;

    /// <summary>The patient is there.</summary>
    public Hl7Message Arrival(string patient, string visit) => Message("ADT^A04^ADT_A01")
        .SetRaw("PID-3", $"{patient}^^^{Facility}^MR").SetRaw("PV1-2", "O").SetRaw("PV1-3", "RADIOLOGY^CT1").SetRaw("PV1-19", visit).ToMessage();

    /// <summary>A message about an appointment that begins so many hours from now.</summary>
    public Hl7Message Appointment(string trigger, string number, string patient, int hours = 1) => Message($"SIU^{trigger}^SIU_S12")
        .SetRaw("SCH-2", $"{number}^{Facility}").SetRaw("SCH-11", $"^^^{Hl7Time.Format(now.AddHours(hours))}")
        .SetRaw("PID-3", $"{patient}^^^{Facility}^MR").ToMessage();

    /// <summary>Two numbers are one patient's.</summary>
    public Hl7Message Merge(string old, string survivor) => Message("ADT^A40^ADT_A39")
        .SetRaw("PID-3", $"{survivor}^^^{Facility}^MR").SetRaw("MRG-1", $"{old}^^^{Facility}^MR").ToMessage();

    /// <summary>An order.</summary>
    public Hl7Message Order(string patient, string order) => Message("ORM^O01^ORM_O01")
        .SetRaw("PID-3", $"{patient}^^^{Facility}^MR").SetRaw("ORC-1", "NW").SetRaw("ORC-2", order).ToMessage();

    /// <summary>Messages in place of real ones: appointments and arrivals of patients, every second arrival before its appointment.</summary>
    public IEnumerable<Hl7Message> InPlaceOfReal(int patients)
    {
        for (var i = 0; i < patients; i++)
        {
            var (appointment, arrival) = (Appointment("S12", $"MADE-N{i}", $"MADE-P{i}"), Arrival($"MADE-P{i}", $"MADE-V{i}"));
            yield return i % 2 == 0 ? appointment : arrival;
            yield return i % 2 == 0 ? arrival : appointment;
            yield return Order($"MADE-P{i}", $"MADE-O{i}");
        }
    }

    private Hl7Editor Message(string kind)
    {
        var id = ++_count;
        return Hl7Message.New()
            .Set("MSH-3", "DEMO").Set("MSH-4", Facility).Set("MSH-5", "MEDSTREAMS").Set("MSH-6", Facility)
            .Set("MSH-7", Hl7Time.Format(now.AddSeconds(id))).SetRaw("MSH-9", kind).Set("MSH-10", $"DEMO{id:D5}").Set("MSH-11", "P").Set("MSH-12", "2.5");
    }
}
