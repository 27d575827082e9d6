namespace MedStreams.Serialization.Avro;

/// <summary>An array: any number of items of one type.</summary>
public sealed class ArraySchema : AvroSchema
{
    internal ArraySchema(AvroSchema items)
        : base(AvroType.Array) => Items = items;

    /// <summary>The type of the items.</summary>
    public AvroSchema Items { get; }
}

/// <summary>A map: any number of values of one type, each under a text that no other value has.</summary>
public sealed class MapSchema : AvroSchema
{
    internal MapSchema(AvroSchema values)
        : base(AvroType.Map) => Values = values;

    /// <summary>The type of the values.</summary>
    public AvroSchema Values { get; }
}

/// <summary>A union: a value of one of several types, its branches.</summary>
public sealed class UnionSchema : AvroSchema
{
    internal UnionSchema(IReadOnlyList<AvroSchema> branches)
        : base(AvroType.Union) => Branches = branches;

    /// <summary>The branches; their places in the list are what is written.</summary>
    public IReadOnlyList<AvroSchema> Branches { get; }

    /// <summary>The place of the null branch, or -1.</summary>
    internal int NullIndex
    {
        get
        {
            for (var i = 0; i < Branches.Count; i++)
            {
                if (Branches[i].Type == AvroType.Null)
                    return i;
            }

            return -1;
        }
    }
}
