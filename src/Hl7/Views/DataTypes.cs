namespace MedStreams.Hl7.Views;

/// <summary>Who assigned a number or runs a system (HL7 v2 chapter 2A, HD).</summary>
/// <param name="Namespace">The local name.</param>
/// <param name="UniversalId">The universal name, an OID for instance.</param>
/// <param name="UniversalIdType">What kind of universal name, <c>ISO</c> for an OID.</param>
public readonly record struct HierarchicDesignator(string Namespace, string UniversalId, string UniversalIdType)
{
    /// <summary>Whether nothing is said.</summary>
    public bool IsEmpty => Namespace.Length == 0 && UniversalId.Length == 0;

    /// <summary>One name for comparing: the universal one where there is one, else the local one.</summary>
    public string Key => UniversalId.Length > 0 ? UniversalId : Namespace;

    /// <summary>Reads a field or component that is one.</summary>
    public static HierarchicDesignator Of(Hl7Repetition repetition) =>
        new(repetition[1].Value, repetition[2].Value, repetition[3].Value);

    internal static HierarchicDesignator Of(Hl7Component component) => new(component[1], component[2], component[3]);
}

/// <summary>A patient's or a visit's number (HL7 v2 chapter 2A, CX).</summary>
/// <param name="Id">The number.</param>
/// <param name="Authority">Who assigned it.</param>
/// <param name="Type">What kind of number (table 0203): <c>MR</c>, <c>PI</c>, <c>VN</c> and others.</param>
public readonly record struct PatientNumber(string Id, HierarchicDesignator Authority, string Type)
{
    /// <summary>One name for comparing: number and authority.</summary>
    public string Key => Authority.IsEmpty ? Id : $"{Id}^{Authority.Key}";

    internal static PatientNumber Of(Hl7Repetition repetition) =>
        new(repetition[1].Value, HierarchicDesignator.Of(repetition[4]), repetition[5].Value);
}

/// <summary>The number of an order or an appointment (HL7 v2 chapter 2A, EI).</summary>
/// <param name="Id">The number.</param>
/// <param name="Authority">Who assigned it.</param>
public readonly record struct EntityNumber(string Id, HierarchicDesignator Authority)
{
    /// <summary>Whether there is no number.</summary>
    public bool IsEmpty => Id.Length == 0;

    /// <summary>One name for comparing: number and authority.</summary>
    public string Key => Authority.IsEmpty ? Id : $"{Id}^{Authority.Key}";

    internal static EntityNumber Of(Hl7Field field) =>
        new(field[1][1].Value, new(field[1][2].Value, field[1][3].Value, field[1][4].Value));
}

/// <summary>A coded value (HL7 v2 chapter 2A, CE and CWE).</summary>
/// <param name="Code">The code.</param>
/// <param name="Text">What it means.</param>
/// <param name="System">The coding system.</param>
public readonly record struct CodedValue(string Code, string Text, string System)
{
    internal static CodedValue Of(Hl7Field field) => new(field[1][1].Value, field[1][2].Value, field[1][3].Value);
}
