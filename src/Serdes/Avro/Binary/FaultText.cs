using MedStreams.Streams;

namespace MedStreams.Serialization.Avro;

/// <summary>Tells where and what a fault is. The place is found by reading once more, so that reading pays nothing for it.</summary>
internal static class FaultText
{
    /// <summary>The error for what a reader refused.</summary>
    /// <param name="reader">The reader that failed.</param>
    /// <param name="data">The data from their first byte on.</param>
    /// <param name="writer">The schema that they were read by.</param>
    public static SerializationException Of(scoped ref AvroReader reader, ReadOnlySpan<byte> data, AvroSchema writer)
    {
        var place = Place(data, writer, reader.FaultPosition);
        var what = reader.Fault switch
        {
            AvroFault.EndOfData => "the data end there",
            AvroFault.NegativeLength => "a length is negative",
            AvroFault.LengthBeyondData => "a length goes beyond the data",
            AvroFault.NumberTooLong => "a number has too many bytes",
            AvroFault.NumberTooLarge => "a number has more bits than its type",
            AvroFault.NoBoolean => "a boolean is neither 0 nor 1",
            AvroFault.UnionIndex => "the union has no such branch",
            AvroFault.EnumIndex => "the enum has no such symbol",
            AvroFault.TooManyItems => "a block claims more items than its bytes can hold",
            AvroFault.BlockSize => "a block's items take another size than it says",
            AvroFault.TooDeep => $"values nest deeper than {AvroLimits.Depth} levels",
            AvroFault.BytesLeft => $"{data.Length - reader.FaultPosition} bytes are left over",
            _ => reader.FaultDetail,
        };
        return new SerializationException($"The bytes are no {writer.Name}: at byte {reader.FaultPosition}{place}, {what}.");
    }

    private static string Place(ReadOnlySpan<byte> data, AvroSchema writer, int position)
    {
        var path = new List<string>();
        var reader = new AvroReader(data);
        if (!Reaches(ref reader, writer, position, path) || path.Count == 0)
            return "";
        path.Reverse();
        return $", field {string.Join('.', path).Replace(".[", "[", StringComparison.Ordinal)}";
    }

    /// <summary>Whether the position lies within the value; if so, adds the names of the fields that lead there, inmost first.</summary>
    private static bool Reaches(ref AvroReader reader, AvroSchema schema, int position, List<string> path)
    {
        switch (schema)
        {
            case RecordSchema record when reader.Enter():
                foreach (var field in record.Fields)
                {
                    if (!Reaches(ref reader, field.Schema, position, path))
                        continue;
                    path.Add(field.Name);
                    return true;
                }

                reader.Leave();
                return false;
            case ArraySchema array when reader.Enter():
                return ReachesItem(ref reader, array.Items, false, position, path);
            case MapSchema map when reader.Enter():
                return ReachesItem(ref reader, map.Values, true, position, path);
            case UnionSchema union:
                var at = reader.Position;
                var branch = reader.ReadBranch(union.Branches.Count);
                return reader.Failed || at >= position || Reaches(ref reader, union.Branches[branch], position, path);
            default:
                var before = reader.Position;
                AvroSkipper.Skip(ref reader, schema);
                return reader.Failed || before >= position || reader.Position > position;
        }
    }

    private static bool ReachesItem(ref AvroReader reader, AvroSchema item, bool isMap, int position, List<string> path)
    {
        var least = MinimalSize.Of(item) + (isMap ? 1 : 0);
        var index = 0;
        while (reader.ReadBlock(least, out _) is > 0 and var count)
        {
            for (var i = 0; i < count; i++, index++)
            {
                if (isMap)
                    reader.ReadSpan();
                if (!reader.Failed && !Reaches(ref reader, item, position, path))
                    continue;
                path.Add($"[{index}]");
                return true;
            }
        }

        reader.Leave();
        return reader.Failed || reader.Position > position;
    }
}
