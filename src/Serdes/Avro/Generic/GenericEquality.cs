using System.Collections;

namespace MedStreams.Serialization.Avro;

/// <summary>Equality of generic values: what is written alike is equal, and every NaN equals every NaN.</summary>
internal static class GenericEquality
{
    public static bool Records(GenericRecord one, GenericRecord? other)
    {
        if (ReferenceEquals(one, other))
            return true;
        if (other is null || one.Schema.Name != other.Schema.Name || one.Schema.Fields.Count != other.Schema.Fields.Count)
            return false;
        for (var i = 0; i < one.Schema.Fields.Count; i++)
        {
            if (!Values(one[i], other[i]))
                return false;
        }

        return true;
    }

    public static bool Values(object? one, object? other) => (one, other) switch
    {
        (null, null) => true,
        (null, _) or (_, null) => false,
        (float a, float b) => BitConverter.SingleToInt32Bits(a) == BitConverter.SingleToInt32Bits(b) || (float.IsNaN(a) && float.IsNaN(b)),
        (double a, double b) => BitConverter.DoubleToInt64Bits(a) == BitConverter.DoubleToInt64Bits(b) || (double.IsNaN(a) && double.IsNaN(b)),
        (byte[] a, byte[] b) => a.AsSpan().SequenceEqual(b),
        (IReadOnlyDictionary<string, object?> a, IReadOnlyDictionary<string, object?> b) =>
            a.Count == b.Count && a.All(entry => b.TryGetValue(entry.Key, out var value) && Values(entry.Value, value)),
        (IList a, IList b) => a.Count == b.Count && a.Cast<object?>().Zip(b.Cast<object?>(), Values).All(equal => equal),
        _ => one.Equals(other),
    };

    public static int Hash(object? value)
    {
        var hash = default(HashCode);
        Add(ref hash, value);
        return hash.ToHashCode();
    }

    private static void Add(ref HashCode hash, object? value)
    {
        switch (value)
        {
            case GenericRecord record:
                for (var i = 0; i < record.Schema.Fields.Count; i++)
                    Add(ref hash, record[i]);
                break;
            case byte[] bytes:
                hash.AddBytes(bytes);
                break;
            case IReadOnlyDictionary<string, object?> map:
                hash.Add(map.Count);
                break;
            case IList items:
                foreach (var item in items)
                    Add(ref hash, item);
                break;
            case float.NaN or double.NaN:
                hash.Add(double.NaN);
                break;
            default:
                hash.Add(value);
                break;
        }
    }
}
