using MedStreams.Serialization.Avro;

namespace MedStreams.Serialization.Tests.Avro;

public enum Urgency
{
    Routine,

    [AvroField(Name = "URGENT")]
    Urgent,
}

/// <summary>Everything that a class may hold.</summary>
public sealed class Everything
{
    public bool Flag { get; set; }

    public sbyte Tiny { get; set; }

    public byte Small { get; set; }

    public short Short { get; set; }

    public ushort UShort { get; set; }

    public int Int { get; set; }

    public uint UInt { get; set; }

    public long Long { get; set; }

    public float Float { get; set; }

    public double Double { get; set; }

    public string Text { get; set; } = "";

    public byte[] Bytes { get; set; } = [];

    public ReadOnlyMemory<byte> Memory { get; set; }

    public Guid Id { get; set; }

    [AvroDecimal(20, 4)]
    public decimal Amount { get; set; }

    [AvroDecimal(60, 30)]
    public AvroDecimal Large { get; set; }

    public DateOnly Date { get; set; }

    public TimeOnly Time { get; set; }

    public DateTimeOffset At { get; set; }

    public DateTime Utc { get; set; }

    [AvroSchema("""{"type":"long","logicalType":"local-timestamp-millis"}""")]
    public DateTime Local { get; set; }

    [AvroSchema("""{"type":"int","logicalType":"time-millis"}""")]
    public TimeSpan Length { get; set; }

    public AvroDuration Duration { get; set; }

    public Urgency Urgency { get; set; }

    public int? MaybeInt { get; set; }

    public string? MaybeText { get; set; }

    public DateTimeOffset? MaybeAt { get; set; }

    public Urgency? MaybeUrgency { get; set; }

    public int[] Array { get; set; } = [];

    public List<string?> List { get; set; } = [];

    public IReadOnlyList<int?> Numbers { get; set; } = [];

    public HashSet<string> Set { get; set; } = [];

    public Dictionary<string, double> Map { get; set; } = [];

    public IReadOnlyDictionary<string, IReadOnlyList<Everything>> Nested { get; set; } = new Dictionary<string, IReadOnlyList<Everything>>();

    public Everything? Inner { get; set; }

    [AvroDecimal(10, 2)]
    public List<decimal> Amounts { get; set; } = [];

    [AvroSchema("""{"type":"fixed","name":"Digest","size":4}""")]
    public byte[] Digest { get; set; } = new byte[4];

    [AvroUnion(typeof(Bed), typeof(Chair))]
    public object? Place { get; set; }

    public int Computed => Int + 1;

    [AvroIgnore]
    public string Ignored { get; set; } = "";
}

public sealed record Bed(int Number);

public sealed record Chair(string Room);

[AvroUnion(typeof(Admitted), typeof(Discharged))]
public abstract record Movement(string Patient);

public sealed record Admitted(string Patient, string Ward) : Movement(Patient);

public sealed record Discharged(string Patient, DateOnly On) : Movement(Patient);

public readonly record struct Point(double X, double Y);

/// <summary>The first form of a visit.</summary>
[AvroType(Name = "Visit", Namespace = "hospital")]
public sealed record VisitV1(string Patient, int Nights);

/// <summary>A visit after three changes: a field added, one renamed, one widened.</summary>
[AvroType(Name = "Visit", Namespace = "hospital")]
public sealed record VisitV2(
    [AvroField(Aliases = ["Patient"])] string PatientId,
    long Nights,
    [AvroField(Default = "\"none\"")] string Ward,
    [AvroField(Default = "[]")] List<string> Notes,
    string? Doctor);
