namespace MedStreams.Serialization.Avro;

/// <summary>An array. Room is made for what a block claims only up to a bound; beyond it the list grows with what is read.</summary>
internal sealed class ListDecoder<T>(Decoder<T> item, int least) : Decoder<List<T>>
{
    public override List<T> Read(ref AvroReader reader)
    {
        if (!reader.Enter())
            return [];
        List<T>? items = null;
        while (reader.ReadBlock(least, out var blockEnd) is > 0 and var count)
        {
            items ??= new List<T>(Math.Min(count, AvroLimits.Capacity));
            for (var i = 0; i < count && !reader.Failed; i++)
                items.Add(item.Read(ref reader));
            reader.EndBlock(blockEnd);
        }

        reader.Leave();
        return items ?? [];
    }
}

/// <inheritdoc cref="ListDecoder{T}"/>
internal sealed class ArrayDecoder<T>(Decoder<T> item, int least) : Decoder<T[]>
{
    public override T[] Read(ref AvroReader reader)
    {
        if (!reader.Enter())
            return [];
        T[] items = [];
        var used = 0;
        while (reader.ReadBlock(least, out var blockEnd) is > 0 and var count)
        {
            if (used + Math.Min(count, AvroLimits.Capacity) is var wanted && wanted > items.Length)
                Array.Resize(ref items, wanted);
            for (var i = 0; i < count && !reader.Failed; i++)
            {
                if (used == items.Length)
                    Array.Resize(ref items, (int)Math.Min(2L * used, used + (long)count - i));
                items[used++] = item.Read(ref reader);
            }

            reader.EndBlock(blockEnd);
        }

        reader.Leave();
        if (used != items.Length)
            Array.Resize(ref items, used);
        return items;
    }
}

/// <summary>An array whose order and doubles do not matter.</summary>
internal sealed class SetDecoder<T>(Decoder<List<T>> inner) : Decoder<HashSet<T>>
{
    public override HashSet<T> Read(ref AvroReader reader)
    {
        var items = inner.Read(ref reader);
        return reader.Failed ? [] : [.. items];
    }
}

/// <summary>A map. Of a key that stands twice the last value stays.</summary>
internal sealed class MapDecoder<T>(Decoder<T> value, int least) : Decoder<Dictionary<string, T>>
{
    public override Dictionary<string, T> Read(ref AvroReader reader)
    {
        var map = new Dictionary<string, T>(StringComparer.Ordinal);
        if (!reader.Enter())
            return map;
        while (reader.ReadBlock(least, out var blockEnd) is > 0 and var count)
        {
            map.EnsureCapacity(Math.Min(map.Count + count, AvroLimits.Capacity));
            for (var i = 0; i < count && !reader.Failed; i++)
            {
                var key = reader.ReadString();
                if (!reader.Failed)
                    map[key] = value.Read(ref reader);
            }

            reader.EndBlock(blockEnd);
        }

        reader.Leave();
        return map;
    }
}
