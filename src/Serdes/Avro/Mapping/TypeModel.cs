using System.Reflection;
using System.Runtime.CompilerServices;

namespace MedStreams.Serialization.Avro;

/// <summary>A class, record or struct as a record of Avro: what is written of it, and how it is made again.</summary>
internal sealed class TypeModel
{
    private TypeModel(Type type, AvroTypeOptions options)
    {
        Type = type;
        var members = Candidates(type).Select(member => new MemberModel(member, options)).ToArray();
        Constructor = ChooseConstructor(type);
        foreach (var parameter in Constructor?.GetParameters() ?? [])
        {
            var member = members.FirstOrDefault(m => string.Equals(m.ClrName, parameter.Name, StringComparison.OrdinalIgnoreCase) && m.ClrType == parameter.ParameterType)
                ?? throw new AvroSchemaException($"{type}: the constructor's parameter {parameter.Name} has no property of its name and type.");
            member.Describe(parameter, options);
        }

        Members = [.. members.Where(member => member.IsUsed)];
        if (Members.FirstOrDefault(member => member is { Parameter: null, CanBeSet: false }) is { } lost)
            throw new AvroSchemaException($"{type}.{lost.ClrName} can be set neither by the constructor nor by itself.");
    }

    public Type Type { get; }

    /// <summary>What makes an instance; null: a struct's default.</summary>
    public ConstructorInfo? Constructor { get; }

    /// <summary>What is written, base classes first, in the order of their declaration.</summary>
    public IReadOnlyList<MemberModel> Members { get; }

    public static TypeModel Of(Type type, AvroTypeOptions options) => new(type, options);

    /// <summary>Whether a type can be a record at all.</summary>
    public static bool IsRecordLike(Type type) =>
        !type.IsPrimitive && !type.IsEnum && !type.IsArray && !type.IsPointer && type != typeof(string) && type != typeof(object)
        && !type.IsAbstract && !type.IsInterface && !typeof(Delegate).IsAssignableFrom(type) && type.Namespace?.StartsWith("System", StringComparison.Ordinal) != true;

    private static List<MemberInfo> Candidates(Type type)
    {
        var chain = new Stack<Type>();
        for (var level = type; level is not null && level != typeof(object) && level != typeof(ValueType); level = level.BaseType)
            chain.Push(level);
        const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return chain
            .SelectMany(level => level.GetMembers(Own).OrderBy(member => member.MetadataToken))
            .Where(member => member is PropertyInfo { CanRead: true } property && property.GetIndexParameters().Length == 0
                || (member is FieldInfo && member.IsDefined(typeof(AvroFieldAttribute))))
            .Where(member => !member.IsDefined(typeof(AvroIgnoreAttribute)) && !member.IsDefined(typeof(CompilerGeneratedAttribute)))
            .Where(member => member.IsDefined(typeof(AvroFieldAttribute)) || (member is PropertyInfo property && property.GetMethod!.IsPublic))
            .Where(member => seen.Add(member.Name))
            .ToList();
    }

    /// <summary>The public one without parameters, or else the only public one.</summary>
    private static ConstructorInfo? ChooseConstructor(Type type)
    {
        var all = type.GetConstructors();
        if (all.FirstOrDefault(constructor => constructor.GetParameters().Length == 0) is { } simple)
            return simple;
        return all switch
        {
            [] when type.IsValueType => null,
            [var only] => only,
            _ => throw new AvroSchemaException($"{type} needs a public constructor without parameters, or a single one."),
        };
    }
}
