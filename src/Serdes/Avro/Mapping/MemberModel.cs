using System.Reflection;

namespace MedStreams.Serialization.Avro;

/// <summary>A property (or a field with the attribute) as a field of a record.</summary>
internal sealed class MemberModel
{
    private readonly MemberInfo _member;
    private ICustomAttributeProvider[] _sources;

    public MemberModel(MemberInfo member, AvroTypeOptions options)
    {
        _member = member;
        _sources = [member];
        var context = new NullabilityInfoContext();
        Nullability = member is PropertyInfo property ? context.Create(property) : context.Create((FieldInfo)member);
        CanBeSet = member is FieldInfo { IsInitOnly: false }
            || (member is PropertyInfo { SetMethod: { } setter } && (setter.IsPublic || member.IsDefined(typeof(AvroFieldAttribute))));
        Name = NameOf(options);
    }

    public string ClrName => _member.Name;

    public Type ClrType => _member is PropertyInfo property ? property.PropertyType : ((FieldInfo)_member).FieldType;

    public MemberInfo Member => _member;

    /// <summary>Its name in the schema.</summary>
    public string Name { get; private set; }

    public bool CanBeSet { get; }

    /// <summary>The constructor's parameter that sets it, or null.</summary>
    public ParameterInfo? Parameter { get; private set; }

    /// <summary>Whether it is written: a value that is only computed is not.</summary>
    public bool IsUsed => CanBeSet || Parameter is not null || Attribute<AvroFieldAttribute>() is not null;

    public TypeShape Shape => TypeShape.Of(ClrType, Nullability, Attribute<AvroUnionAttribute>()?.Types);

    public AvroFieldAttribute? Field => Attribute<AvroFieldAttribute>();

    /// <summary>The type that attributes name, as JSON; null: the usual one.</summary>
    public string? SchemaJson => Attribute<AvroSchemaAttribute>()?.Json
        ?? (Attribute<AvroDecimalAttribute>() is { } digits
            ? $$"""{"type":"bytes","logicalType":"decimal","precision":{{digits.Precision}},"scale":{{digits.Scale}}}"""
            : null);

    private NullabilityInfo Nullability { get; }

    /// <summary>Takes over what a constructor's parameter says.</summary>
    public void Describe(ParameterInfo parameter, AvroTypeOptions options)
    {
        Parameter = parameter;
        _sources = [_member, parameter];
        Name = NameOf(options);
    }

    private string NameOf(AvroTypeOptions options) => Field?.Name ?? options.FieldNaming?.ConvertName(ClrName) ?? ClrName;

    private T? Attribute<T>()
        where T : Attribute => _sources.SelectMany(source => source.GetCustomAttributes(typeof(T), true)).OfType<T>().FirstOrDefault();
}
