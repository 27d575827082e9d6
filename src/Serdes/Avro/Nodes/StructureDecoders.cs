namespace MedStreams.Serialization.Avro;

/// <summary>What does not resolve: a fault for whatever data get here.</summary>
internal sealed class RefusalDecoder<T>(string reason) : Decoder<T>
{
    public override T Read(ref AvroReader reader)
    {
        reader.Refuse(reason);
        return default!;
    }
}

/// <summary>A writer's union.</summary>
internal sealed class UnionDecoder<T>(Decoder<T>[] branches) : Decoder<T>
{
    public override T Read(ref AvroReader reader)
    {
        var branch = reader.ReadBranch(branches.Length);
        return reader.Failed ? default! : branches[branch].Read(ref reader);
    }
}

/// <summary>An enum, as one value for each symbol of the writer.</summary>
/// <param name="symbols">The reader's symbol for each of the writer's; -1 for none.</param>
/// <param name="values">The value for each of the reader's symbols.</param>
internal sealed class EnumDecoder<T>(int[] symbols, T[] values) : Decoder<T>
{
    public override T Read(ref AvroReader reader)
    {
        var at = reader.Position;
        var written = reader.ReadSymbol(symbols.Length);
        if (reader.Failed)
            return default!;
        if (symbols[written] is >= 0 and var known)
            return values[known];
        reader.Fail(AvroFault.Unreadable, at, "the reader's enum has no such symbol and no default");
        return default!;
    }
}

/// <summary>A value that becomes another: wider, boxed, or of a logical type.</summary>
internal abstract class ConvertingDecoder<TFrom, T>(Decoder<TFrom> inner) : Decoder<T>
{
    public override T Read(ref AvroReader reader)
    {
        var value = inner.Read(ref reader);
        return reader.Failed ? default! : Convert(ref reader, value);
    }

    /// <summary>Makes the value, or notes in the reader why not.</summary>
    protected abstract T Convert(ref AvroReader reader, TFrom value);
}

internal sealed class NullableDecoder<T>(Decoder<T> inner) : Decoder<T?>
    where T : struct
{
    public override T? Read(ref AvroReader reader) => inner.Read(ref reader);
}

/// <summary>A value as one of its base types; of value types, boxed.</summary>
internal sealed class BaseDecoder<TFrom, T>(Decoder<TFrom> inner) : Decoder<T>
    where TFrom : T
{
    public override T Read(ref AvroReader reader) => inner.Read(ref reader);
}

/// <summary>A value that is not read but made anew each time, from the bytes of a default.</summary>
internal sealed class DefaultDecoder<T>(byte[] bytes, Decoder<T> inner) : Decoder<T>
{
    public override T Read(ref AvroReader reader)
    {
        var own = new AvroReader(bytes);
        var value = inner.Read(ref own);
        if (own.Failed)
            reader.Refuse("the default of a field cannot be read");
        return value;
    }
}

/// <summary>A generic value where its type is known.</summary>
internal sealed class ObjectDecoder<T>(string place, Decoder<object?> inner) : Decoder<T>
{
    public override T Read(ref AvroReader reader)
    {
        var at = reader.Position;
        var value = inner.Read(ref reader);
        if (value is T or null)
            return (T)value!;
        reader.Fail(AvroFault.Unreadable, at, $"{place} is no {typeof(T).Name}");
        return default!;
    }
}
