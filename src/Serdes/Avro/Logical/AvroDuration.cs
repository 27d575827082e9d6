namespace MedStreams.Serialization.Avro;

/// <summary>
/// The logical type <c>duration</c>: three amounts that do not add up to one length of time, since months and days differ in
/// length.
/// </summary>
/// <param name="Months">Months.</param>
/// <param name="Days">Days.</param>
/// <param name="Milliseconds">Milliseconds.</param>
public readonly record struct AvroDuration(uint Months, uint Days, uint Milliseconds);
