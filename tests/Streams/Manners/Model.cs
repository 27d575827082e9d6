namespace MedStreams.Streams.Tests.Manners;

/// <summary>Someone comes to a ward.</summary>
internal sealed record Admission(string Patient, string Ward, int Priority);

/// <summary>A ward and how many beds it has.</summary>
internal sealed record Ward(string Name, int Beds);

/// <summary>A laboratory's result.</summary>
internal sealed record Result(string Patient, string Test, double Value);

/// <summary>What is known of a patient.</summary>
internal sealed record Patient(string Name, string? Physician);

/// <summary>Admission and ward together.</summary>
internal sealed record Placed(string Patient, string Ward, int? Beds);
