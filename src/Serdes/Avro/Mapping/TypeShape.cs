using System.Reflection;

namespace MedStreams.Serialization.Avro;

/// <summary>A type of C# at a place: whether it may be null there, and which types may stand for it.</summary>
/// <param name="Type">The type; of a nullable value type the inner one.</param>
/// <param name="IsNullable">Whether null may stand there.</param>
/// <param name="Cases">The types of a union; null where the type stands for itself.</param>
/// <param name="Nullability">What the compiler noted about the parts of the type; null where it is not known.</param>
internal sealed record TypeShape(Type Type, bool IsNullable, IReadOnlyList<Type>? Cases, NullabilityInfo? Nullability)
{
    /// <summary>The type as it stands in code.</summary>
    public Type Declared => IsNullable && Type.IsValueType ? typeof(Nullable<>).MakeGenericType(Type) : Type;

    /// <summary>A type of which only itself is known.</summary>
    public static TypeShape Of(Type type) => Of(type, null, null);

    public static TypeShape Of(Type type, NullabilityInfo? nullability, IReadOnlyList<Type>? cases)
    {
        var inner = Nullable.GetUnderlyingType(type);
        var isNullable = inner is not null || (!type.IsValueType && nullability is { ReadState: not NullabilityState.NotNull });
        return new TypeShape(
            inner ?? type, isNullable, cases ?? type.GetCustomAttribute<AvroUnionAttribute>(inherit: false)?.Types, nullability);
    }

    /// <summary>The items of an array or list; null where it is none. A text and bytes are none either.</summary>
    public TypeShape? Items()
    {
        if (Type == typeof(string) || Type == typeof(byte[]) || Values() is not null)
            return null;
        if (Type.IsArray)
            return Part(Type.GetElementType()!, Nullability?.ElementType);
        return Enumerated(Type) is { } item ? Part(item, Argument(item)) : null;
    }

    /// <summary>The values of a map with texts as keys; null where it is none.</summary>
    public TypeShape? Values() =>
        Type != typeof(string) && Enumerated(Type) is { IsGenericType: true } pair && pair.GetGenericTypeDefinition() == typeof(KeyValuePair<,>)
        && pair.GetGenericArguments() is [var key, var value] && key == typeof(string)
            ? Part(value, Argument(value))
            : null;

    private static Type? Enumerated(Type type) =>
        (type.IsInterface ? type.GetInterfaces().Append(type) : type.GetInterfaces())
            .FirstOrDefault(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEnumerable<>))?.GetGenericArguments()[0];

    /// <summary>A part has this place's cases if they are cases of the part.</summary>
    private TypeShape Part(Type type, NullabilityInfo? nullability) =>
        Of(type, nullability, Cases is not null && Cases.All(type.IsAssignableFrom) ? Cases : null);

    private NullabilityInfo? Argument(Type part) =>
        Nullability?.GenericTypeArguments is [.., var last] && last.Type == part ? last : null;
}
