namespace MedStreams.Serialization.Avro;

/// <summary>
/// How the bytes of one schema become values of another: the outcome of schema resolution, before it is known what the values
/// will be in memory. What does not resolve is a <see cref="RefusalPlan"/> at its place, so that only data that get there fail.
/// </summary>
/// <param name="reader">The schema of the value that comes out.</param>
internal abstract class ReadPlan(AvroSchema reader)
{
    /// <summary>The schema of the value that comes out.</summary>
    public AvroSchema Reader { get; } = reader;
}

/// <summary>A primitive type, read as itself or promoted.</summary>
internal sealed class PrimitivePlan(AvroType writer, AvroSchema reader) : ReadPlan(reader)
{
    public AvroType Writer { get; } = writer;
}

internal sealed class FixedPlan(FixedSchema reader) : ReadPlan(reader)
{
    public int Size { get; } = reader.Size;
}

/// <summary>An enum: the reader's symbol for each of the writer's, -1 for none.</summary>
internal sealed class EnumPlan(EnumSchema reader, int[] symbols) : ReadPlan(reader)
{
    public int[] Symbols { get; } = symbols;
}

/// <summary>An array.</summary>
internal sealed class ArrayPlan(ArraySchema reader, ReadPlan items, int least) : ReadPlan(reader)
{
    public ReadPlan Items { get; } = items;

    /// <summary>The fewest bytes of an item.</summary>
    public int Least { get; } = least;
}

/// <summary>A map.</summary>
internal sealed class MapPlan(MapSchema reader, ReadPlan values, int least) : ReadPlan(reader)
{
    public ReadPlan Values { get; } = values;

    /// <summary>The fewest bytes of an entry.</summary>
    public int Least { get; } = least;
}

/// <summary>A record. The steps follow the writer's fields; they are set once all is resolved, since a record may hold itself.</summary>
internal sealed class RecordPlan(RecordSchema reader) : ReadPlan(reader)
{
    public IReadOnlyList<FieldStep> Steps { get; set; } = [];

    /// <summary>The reader's fields that the writer lacks; their defaults are taken.</summary>
    public IReadOnlyList<AvroField> Missing { get; set; } = [];
}

/// <summary>One field of a writer's record.</summary>
/// <param name="Writer">The field's type for the writer.</param>
/// <param name="Field">The reader's field; null: nobody wants it.</param>
/// <param name="Plan">How it is read; null: it is passed over.</param>
internal readonly record struct FieldStep(AvroSchema Writer, AvroField? Field, ReadPlan? Plan);

/// <summary>A writer's union: a plan for each of its branches.</summary>
internal sealed class WriterUnionPlan(AvroSchema reader, ReadPlan[] branches) : ReadPlan(reader)
{
    public ReadPlan[] Branches { get; } = branches;
}

/// <summary>A value that becomes a branch of the reader's union.</summary>
internal sealed class ReaderUnionPlan(UnionSchema reader, int branch, ReadPlan inner) : ReadPlan(reader)
{
    public int Branch { get; } = branch;

    public ReadPlan Inner { get; } = inner;
}

/// <summary>What the reader's schema cannot take.</summary>
internal sealed class RefusalPlan(AvroSchema reader, string reason) : ReadPlan(reader)
{
    public string Reason { get; } = reason;
}
