namespace MedStreams.Broker.Protocol;

/// <content>Arrays and structures.</content>
internal ref partial struct Wire
{
    /// <summary>How many elements an array makes room for before it has seen them.</summary>
    private const int InitialCapacity = 64;

    /// <summary>
    /// How many texts and structures a message may hold in arrays: each takes as little as a byte on the wire and a hundred in
    /// memory. The largest messages of real clients, which name every partition of a broker, have a tenth of that.
    /// </summary>
    private const int MaxElements = 500_000;

    /// <summary>One walk over one element.</summary>
    private delegate T Element<T>(ref Wire w, T value);

    /// <summary>A structure inside a structure.</summary>
    public T Struct<T>(T? value)
        where T : class, IWireStruct, new()
    {
        var walked = IsReading ? new T() : value ?? throw new InvalidOperationException("A structure is missing.");
        walked.Walk(ref this);
        return walked;
    }

    /// <summary>An array of structures.</summary>
    public List<T> Structs<T>(List<T> value)
        where T : class, IWireStruct, new() => NullableStructs(value, allowed: false) ?? [];

    /// <summary>An array of structures that may be null.</summary>
    /// <param name="value">The elements to write.</param>
    /// <param name="allowed">Whether this version allows null; otherwise null fails.</param>
    public List<T>? NullableStructs<T>(List<T>? value, bool allowed = true)
        where T : class, IWireStruct, new() => Array(value, allowed, static (ref Wire w, T e) => w.Struct(e));

    /// <summary>An array of texts.</summary>
    public List<string> Strings(List<string> value) => NullableStrings(value, allowed: false) ?? [];

    /// <summary>An array of texts that may be null; its elements may not.</summary>
    public List<string>? NullableStrings(List<string>? value, bool allowed = true) =>
        Array(value, allowed, static (ref Wire w, string e) => w.String(e));

    /// <summary>An array of signed bytes.</summary>
    public List<sbyte> Int8s(List<sbyte> value) =>
        Array(value, nullable: false, static (ref Wire w, sbyte e) => w.Int8(e)) ?? [];

    /// <summary>An array of numbers of four bytes.</summary>
    public List<int> Int32s(List<int> value) => NullableInt32s(value, allowed: false) ?? [];

    /// <summary>An array of numbers of four bytes that may be null.</summary>
    public List<int>? NullableInt32s(List<int>? value, bool allowed = true) =>
        Array(value, allowed, static (ref Wire w, int e) => w.Int32(e));

    /// <summary>An array of numbers of eight bytes.</summary>
    public List<long> Int64s(List<long> value) =>
        Array(value, nullable: false, static (ref Wire w, long e) => w.Int64(e)) ?? [];

    private List<T>? Array<T>(List<T>? value, bool nullable, Element<T> element)
    {
        if (!IsReading)
        {
            WriteLength(value?.Count, wide: true, nullable);
            if (value is null)
                return null;
            foreach (var item in value)
                element(ref this, item);
            return value;
        }

        // Every element takes at least one byte, so a count beyond the bytes that are left was refused with the length.
        if (!ReadLength(wide: true, nullable, out var count))
            return null;
        if (!typeof(T).IsValueType && (_elements += count) > MaxElements)
        {
            Fail();
            return null;
        }

        var read = new List<T>(Math.Min(count, InitialCapacity));
        for (var i = 0; i < count && !Failed; i++)
            read.Add(element(ref this, default!));
        return read;
    }
}
