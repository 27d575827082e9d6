using System.Runtime.InteropServices;
using MedStreams.Streams;

namespace MedStreams.Serialization.Avro;

/// <summary>A union of null and one other type, for a type that can be null.</summary>
internal sealed class NullableEncoder<T>(int nullBranch, int valueBranch, Encoder<T> inner) : Encoder<T?>
    where T : struct
{
    public override void Write(ref AvroWriter writer, T? value)
    {
        writer.WriteInt32(value is null ? nullBranch : valueBranch);
        if (value is { } given)
            inner.Write(ref writer, given);
    }
}

/// <inheritdoc cref="NullableEncoder{T}"/>
internal sealed class ReferenceEncoder<T>(int nullBranch, int valueBranch, Encoder<T> inner) : Encoder<T>
{
    public override void Write(ref AvroWriter writer, T value)
    {
        writer.WriteInt32(value is null ? nullBranch : valueBranch);
        if (value is not null)
            inner.Write(ref writer, value);
    }
}

/// <summary>A union with a single branch, or whose null a type cannot have.</summary>
internal sealed class BranchEncoder<T>(int branch, Encoder<T> inner) : Encoder<T>
{
    public override void Write(ref AvroWriter writer, T value)
    {
        writer.WriteInt32(branch);
        inner.Write(ref writer, value);
    }
}

/// <summary>A value type that can be null where the schema has no null.</summary>
internal sealed class RequiredEncoder<T>(string place, Encoder<T> inner) : Encoder<T?>
    where T : struct
{
    public override void Write(ref AvroWriter writer, T? value) => inner.Write(ref writer, value ?? throw Unwritable.Null(place));
}

/// <summary>A value that is written as what its own type is.</summary>
internal sealed class DerivedEncoder<TBase, T>(Encoder<T> inner) : Encoder<TBase>
    where T : TBase
{
    public override void Write(ref AvroWriter writer, TBase value) => inner.Write(ref writer, (T)value!);
}

/// <summary>An enum: the place of each value's symbol.</summary>
internal sealed class EnumEncoder<T>(string place, Dictionary<T, int> symbols) : Encoder<T>
    where T : notnull
{
    public override void Write(ref AvroWriter writer, T value)
    {
        if (value is null)
            throw Unwritable.Null(place);
        if (!symbols.TryGetValue(value, out var symbol))
            throw new SerializationException($"{place} is no symbol of its enum.");
        writer.WriteInt32(symbol);
    }
}

/// <summary>A list or an array in memory that lies in one piece.</summary>
internal sealed class ListEncoder<T>(string place, Encoder<T> item) : Encoder<List<T>>
{
    public override void Write(ref AvroWriter writer, List<T> value)
    {
        if (value is null)
            throw Unwritable.Null(place);
        writer.BeginCollection(value.Count);
        foreach (ref readonly var element in CollectionsMarshal.AsSpan(value))
            item.Write(ref writer, element);
        writer.EndCollection();
    }
}

/// <inheritdoc cref="ListEncoder{T}"/>
internal sealed class ArrayEncoder<T>(string place, Encoder<T> item) : Encoder<T[]>
{
    public override void Write(ref AvroWriter writer, T[] value)
    {
        if (value is null)
            throw Unwritable.Null(place);
        writer.BeginCollection(value.Length);
        foreach (ref readonly var element in value.AsSpan())
            item.Write(ref writer, element);
        writer.EndCollection();
    }
}

/// <summary>Any other collection. One that does not know its number is listed first.</summary>
internal sealed class EnumerableEncoder<TCollection, T>(string place, Encoder<T> item) : Encoder<TCollection>
    where TCollection : IEnumerable<T>
{
    public override void Write(ref AvroWriter writer, TCollection value)
    {
        if (value is null)
            throw Unwritable.Null(place);
        var items = value is IReadOnlyCollection<T> or ICollection<T> ? (IEnumerable<T>)value : [.. value];
        var count = items.Count();
        var written = 0;
        writer.BeginCollection(count);
        foreach (var element in items)
        {
            item.Write(ref writer, element);
            written++;
        }

        if (written != count)
            throw new SerializationException($"{place} changed while it was written.");
        writer.EndCollection();
    }
}

/// <summary>A map, its entries in the order in which they come.</summary>
internal sealed class MapEncoder<TMap, T>(string place, Encoder<T> item) : Encoder<TMap>
    where TMap : IEnumerable<KeyValuePair<string, T>>
{
    public override void Write(ref AvroWriter writer, TMap value)
    {
        if (value is null)
            throw Unwritable.Null(place);
        var count = value.Count();
        var written = 0;
        writer.BeginCollection(count);
        foreach (var (key, element) in value)
        {
            writer.WriteString(key);
            item.Write(ref writer, element);
            written++;
        }

        if (written != count)
            throw new SerializationException($"{place} changed while it was written.");
        writer.EndCollection();
    }
}

/// <summary>A union of several types of C#, found by the value's own type.</summary>
internal sealed class CasesEncoder<T>(string place, int nullBranch) : Encoder<T>
{
    private readonly Dictionary<Type, (int Branch, Encoder<T> Encoder)> _cases = [];

    public void Add<TCase>(int branch, Encoder<TCase> encoder)
        where TCase : T => _cases[typeof(TCase)] = (branch, new DerivedEncoder<T, TCase>(encoder));

    public override void Write(ref AvroWriter writer, T value)
    {
        if (value is null && nullBranch >= 0)
        {
            writer.WriteInt32(nullBranch);
            return;
        }

        if (value is null)
            throw Unwritable.Null(place);
        if (!_cases.TryGetValue(value.GetType(), out var found))
            throw new SerializationException($"{place} is a {value.GetType().Name}, which is no case of its union.");
        writer.WriteInt32(found.Branch);
        found.Encoder.Write(ref writer, value);
    }
}

/// <summary>A generic value where its type is known.</summary>
internal sealed class ObjectEncoder<T>(Encoder<object?> inner) : Encoder<T>
{
    public override void Write(ref AvroWriter writer, T value) => inner.Write(ref writer, value);
}
