using static MedStreams.Hl7.Views.Hl7Views;

namespace MedStreams.Hl7.Views;

/// <summary>MSH (HL7 v2 chapter 2).</summary>
/// <param name="Segment">The segment.</param>
public readonly record struct MessageHeader(Hl7Segment Segment)
{
    /// <summary>MSH-3.</summary>
    public HierarchicDesignator SendingApplication => HierarchicDesignator.Of(Segment[3][1]);

    /// <summary>MSH-4.</summary>
    public HierarchicDesignator SendingFacility => HierarchicDesignator.Of(Segment[4][1]);

    /// <summary>MSH-5.</summary>
    public HierarchicDesignator ReceivingApplication => HierarchicDesignator.Of(Segment[5][1]);

    /// <summary>MSH-6.</summary>
    public HierarchicDesignator ReceivingFacility => HierarchicDesignator.Of(Segment[6][1]);

    /// <summary>MSH-7; null where it is missing or no time.</summary>
    public Hl7Time? Time => Hl7Views.Time(Segment, 7);

    /// <summary>MSH-9.1: <c>ADT</c>, <c>SIU</c> and so on.</summary>
    public string Type => Segment[9][1][1].Value;

    /// <summary>MSH-9.2: <c>A01</c>, <c>S12</c> and so on.</summary>
    public string Trigger => Segment[9][1][2].Value;

    /// <summary>MSH-10.</summary>
    public string ControlId => Segment[10].Value;

    /// <summary>MSH-12.1.</summary>
    public string Version => Segment[12].Value;

    /// <summary>MSH-15: when the sender wants to know that the message is saved (<c>AL</c>, <c>NE</c>, <c>ER</c>, <c>SU</c>).</summary>
    public string AcceptAcknowledgement => Segment[15].Value;

    /// <summary>MSH-16: when the sender wants to know what became of the message.</summary>
    public string ApplicationAcknowledgement => Segment[16].Value;

    /// <summary>Whether enhanced acknowledgement is asked for: MSH-15 or MSH-16 says something.</summary>
    public bool IsEnhanced => AcceptAcknowledgement.Length > 0 || ApplicationAcknowledgement.Length > 0;
}

/// <summary>PID (HL7 v2 chapter 3).</summary>
/// <param name="Segment">The segment.</param>
public readonly record struct PatientIdentification(Hl7Segment Segment)
{
    /// <summary>PID-3, all repetitions.</summary>
    public IReadOnlyList<PatientNumber> Numbers => All(Segment, 3, PatientNumber.Of);

    /// <summary>PID-7; null where it is missing or no time.</summary>
    public Hl7Time? BirthTime => Time(Segment, 7);

    /// <summary>PID-8 (table 0001).</summary>
    public string Sex => Segment[8].Value;

    /// <summary>PID-18.</summary>
    public PatientNumber AccountNumber => PatientNumber.Of(Segment[18][1]);
}

/// <summary>PV1 (HL7 v2 chapter 3).</summary>
/// <param name="Segment">The segment.</param>
public readonly record struct PatientVisit(Hl7Segment Segment)
{
    /// <summary>PV1-2 (table 0004): <c>I</c> in-patient, <c>O</c> out-patient, <c>E</c> emergency and so on.</summary>
    public string PatientClass => Segment[2].Value;

    /// <summary>PV1-3.1: the point of care.</summary>
    public string PointOfCare => Segment[3][1][1].Value;

    /// <summary>PV1-19.</summary>
    public PatientNumber VisitNumber => PatientNumber.Of(Segment[19][1]);

    /// <summary>PV1-44; null where it is missing or no time.</summary>
    public Hl7Time? AdmitTime => Time(Segment, 44);
}

/// <summary>MRG (HL7 v2 chapter 3): what is merged away.</summary>
/// <param name="Segment">The segment.</param>
public readonly record struct MergeInformation(Hl7Segment Segment)
{
    /// <summary>MRG-1, all repetitions: numbers that from now on mean the patient of PID-3.</summary>
    public IReadOnlyList<PatientNumber> PriorNumbers => All(Segment, 1, PatientNumber.Of);
}

/// <summary>SCH (HL7 v2 chapter 10).</summary>
/// <param name="Segment">The segment.</param>
public readonly record struct SchedulingActivity(Hl7Segment Segment)
{
    /// <summary>SCH-1: the placer's number of the appointment.</summary>
    public EntityNumber PlacerNumber => EntityNumber.Of(Segment[1]);

    /// <summary>SCH-2: the filler's number of the appointment.</summary>
    public EntityNumber FillerNumber => EntityNumber.Of(Segment[2]);

    /// <summary>SCH-11.4: when it begins; null where it is missing or no time.</summary>
    public Hl7Time? Start => Hl7Time.TryParse(Segment[11][1][4].Raw.Span, out var time) ? time : null;

    /// <summary>SCH-25 (table 0278).</summary>
    public CodedValue Status => CodedValue.Of(Segment[25]);
}

/// <summary>AIS (HL7 v2 chapter 10).</summary>
/// <param name="Segment">The segment.</param>
public readonly record struct AppointmentService(Hl7Segment Segment)
{
    /// <summary>AIS-3: what is done.</summary>
    public CodedValue Service => CodedValue.Of(Segment[3]);

    /// <summary>AIS-4; null where it is missing or no time.</summary>
    public Hl7Time? Start => Time(Segment, 4);
}

/// <summary>ORC (HL7 v2 chapter 4).</summary>
/// <param name="Segment">The segment.</param>
public readonly record struct CommonOrder(Hl7Segment Segment)
{
    /// <summary>ORC-1 (table 0119): <c>NW</c> new, <c>CA</c> cancel, <c>XO</c> change and so on.</summary>
    public string Control => Segment[1].Value;

    /// <summary>ORC-2.</summary>
    public EntityNumber PlacerNumber => EntityNumber.Of(Segment[2]);

    /// <summary>ORC-3.</summary>
    public EntityNumber FillerNumber => EntityNumber.Of(Segment[3]);
}

/// <summary>OBR (HL7 v2 chapter 4).</summary>
/// <param name="Segment">The segment.</param>
public readonly record struct ObservationRequest(Hl7Segment Segment)
{
    /// <summary>OBR-2.</summary>
    public EntityNumber PlacerNumber => EntityNumber.Of(Segment[2]);

    /// <summary>OBR-3.</summary>
    public EntityNumber FillerNumber => EntityNumber.Of(Segment[3]);

    /// <summary>OBR-4: what is asked for.</summary>
    public CodedValue Service => CodedValue.Of(Segment[4]);

    /// <summary>OBR-18, where imaging departments put the accession number.</summary>
    public string AccessionNumber => Segment[18].Value;
}

/// <summary>OBX (HL7 v2 chapter 7).</summary>
/// <param name="Segment">The segment.</param>
public readonly record struct Observation(Hl7Segment Segment)
{
    /// <summary>OBX-2: the type of the value.</summary>
    public string ValueType => Segment[2].Value;

    /// <summary>OBX-3: what was observed.</summary>
    public CodedValue Identifier => CodedValue.Of(Segment[3]);

    /// <summary>OBX-5, first repetition.</summary>
    public Hl7Repetition Value => Segment[5][1];

    /// <summary>OBX-11 (table 0085): <c>F</c> final, <c>P</c> preliminary, <c>C</c> corrected and so on.</summary>
    public string Status => Segment[11].Value;
}
