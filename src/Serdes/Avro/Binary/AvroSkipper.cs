namespace MedStreams.Serialization.Avro;

/// <summary>Passes over a value that nobody wants. Blocks that say their size are passed over as a whole.</summary>
internal static class AvroSkipper
{
    public static void Skip(ref AvroReader reader, AvroSchema schema)
    {
        switch (schema.Type)
        {
            case AvroType.Null:
                break;
            case AvroType.Boolean:
                reader.ReadBoolean();
                break;
            case AvroType.Int:
                reader.ReadInt32();
                break;
            case AvroType.Long:
                reader.ReadInt64();
                break;
            case AvroType.Float:
                reader.Take(4);
                break;
            case AvroType.Double:
                reader.Take(8);
                break;
            case AvroType.Bytes or AvroType.String:
                reader.ReadSpan();
                break;
            case AvroType.Fixed:
                reader.Take(((FixedSchema)schema).Size);
                break;
            case AvroType.Enum:
                reader.ReadSymbol(((EnumSchema)schema).Symbols.Count);
                break;
            case AvroType.Union:
                var branches = ((UnionSchema)schema).Branches;
                var branch = reader.ReadBranch(branches.Count);
                if (!reader.Failed)
                    Skip(ref reader, branches[branch]);
                break;
            default:
                if (!reader.Enter())
                    return;
                if (schema is RecordSchema record)
                    SkipFields(ref reader, record);
                else
                    SkipBlocks(ref reader, schema);
                reader.Leave();
                break;
        }
    }

    private static void SkipFields(ref AvroReader reader, RecordSchema record)
    {
        for (var i = 0; i < record.Fields.Count && !reader.Failed; i++)
            Skip(ref reader, record.Fields[i].Schema);
    }

    private static void SkipBlocks(ref AvroReader reader, AvroSchema schema)
    {
        var (item, isMap) = schema is MapSchema map ? (map.Values, true) : (((ArraySchema)schema).Items, false);
        var least = MinimalSize.Of(item) + (isMap ? 1 : 0);
        while (reader.ReadBlock(least, out var blockEnd) is > 0 and var count)
        {
            if (blockEnd >= 0)
            {
                reader.Take(blockEnd - reader.Position);
                continue;
            }

            for (var i = 0; i < count && !reader.Failed; i++)
            {
                if (isMap)
                    reader.ReadSpan();
                Skip(ref reader, item);
            }
        }
    }
}
