using System.Reflection;

namespace MedStreams.Streams;

/// <summary>Finds the serde of a type: the operator's own, the options', the built-in ones, in this order.</summary>
internal sealed class SerdeResolver(IReadOnlyDictionary<Type, object> registered, IReadOnlyList<ISerdeProvider> providers)
{
    private static readonly Dictionary<Type, object> BuiltIn = new()
    {
        [typeof(string)] = Serdes.String,
        [typeof(byte[])] = Serdes.Bytes,
        [typeof(short)] = Serdes.Int16,
        [typeof(int)] = Serdes.Int32,
        [typeof(long)] = Serdes.Int64,
        [typeof(float)] = Serdes.Single,
        [typeof(double)] = Serdes.Double,
        [typeof(bool)] = Serdes.Boolean,
        [typeof(Guid)] = Serdes.Guid,
        [typeof(ReadOnlyMemory<byte>)] = Serdes.Memory,
    };

    private static readonly MethodInfo NullableOf =
        typeof(SerdeResolver).GetMethod(nameof(FindNullable), BindingFlags.Instance | BindingFlags.NonPublic)!;

    /// <summary>The serde for an operator's keys or values.</summary>
    /// <exception cref="TopologyException">There is none; the text names the type and the operator.</exception>
    public ISerde<T> Resolve<T>(ISerde<T>? own, string operatorName, bool isKey) =>
        own ?? Find<T>() ?? throw new TopologyException(
            $"{operatorName} needs a serde for {(isKey ? "keys" : "values")} of type {Describe(typeof(T))}: "
            + "name one at the operator, or register one in StreamsBuilderOptions.");

    /// <summary>The serde that a type has without an operator's; null for none.</summary>
    public ISerde<T>? Find<T>()
    {
        if (registered.TryGetValue(typeof(T), out var serde))
            return (ISerde<T>)serde;
        if (Nullable.GetUnderlyingType(typeof(T)) is { } inner)
            return (ISerde<T>?)NullableOf.MakeGenericMethod(inner).Invoke(this, null);
        foreach (var provider in providers)
        {
            if (provider.Find<T>() is { } found)
                return found;
        }

        return (ISerde<T>?)BuiltIn.GetValueOrDefault(typeof(T));
    }

    /// <summary>A type as C# writes it, about.</summary>
    internal static string Describe(Type type) =>
        type.IsGenericType
            ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Describe))}>"
            : type.Name;

    private NullableSerde<T>? FindNullable<T>()
        where T : struct => Find<T>() is { } inner ? new NullableSerde<T>(inner) : null;
}
