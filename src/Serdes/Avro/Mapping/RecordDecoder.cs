using System.Linq.Expressions;
using System.Reflection;

namespace MedStreams.Serialization.Avro;

internal interface IRecordDecoder
{
    /// <summary>Works out how instances are read; once, before the first use.</summary>
    void Compile(RecordPlan plan, TypeModel model, TypeBinder binder, string place);
}

/// <summary>
/// Reads a record as a class, by code that is compiled for the plan and the class: all fields into locals, in the writer's
/// order, then the constructor and the properties. Nothing is made of a record that failed.
/// </summary>
internal sealed class RecordDecoder<T> : Decoder<T>, IRecordDecoder
{
    private static readonly MethodInfo Skip = typeof(AvroSkipper).GetMethod(nameof(AvroSkipper.Skip))!;

    private ReadFields? _read;

    private delegate T ReadFields(ref AvroReader reader);

    public override T Read(ref AvroReader reader)
    {
        if (!reader.Enter())
            return default!;
        var value = _read!(ref reader);
        reader.Leave();
        return value;
    }

    public void Compile(RecordPlan plan, TypeModel model, TypeBinder binder, string place)
    {
        var schema = (RecordSchema)plan.Reader;
        if (model.Members.FirstOrDefault(member => schema.Field(member.Name) is null) is { } lost)
            throw new AvroSchemaException($"{model.Type}.{lost.ClrName} is no field of {schema.Name}. Mark it [AvroIgnore] if that is meant.");

        var reader = Expression.Parameter(typeof(AvroReader).MakeByRefType(), "reader");
        var locals = model.Members.ToDictionary(member => member, member => Expression.Variable(member.ClrType, member.ClrName));
        var body = new List<Expression>();
        foreach (var step in plan.Steps)
        {
            var member = step.Field is null ? null : model.Members.FirstOrDefault(m => m.Name == step.Field.Name);
            body.Add(member is null
                ? Expression.Call(Skip, reader, Expression.Constant(step.Writer, typeof(AvroSchema)))
                : Expression.Assign(locals[member], Field(reader, member, binder.Decoder(member.Shape, step.Plan!, $"{schema.Name}.{member.Name}"))));
        }

        foreach (var field in plan.Missing)
        {
            if (model.Members.FirstOrDefault(m => m.Name == field.Name) is { } member)
                body.Add(Expression.Assign(locals[member], Field(reader, member, Default(field, member, binder, $"{schema.Name}.{member.Name}"))));
        }

        body.Add(Expression.Condition(
            Expression.Property(reader, nameof(AvroReader.Failed)), Expression.Default(typeof(T)), New(model, locals)));
        _read = Expression.Lambda<ReadFields>(Expression.Block(typeof(T), locals.Values, body), reader).Compile();
    }

    private static Expression Field(ParameterExpression reader, MemberModel member, object decoder)
    {
        Expression value = ((IDirect)decoder).Direct is { } direct
            ? Expression.Call(reader, direct)
            : Expression.Call(Expression.Constant(decoder), decoder.GetType().GetMethod(nameof(Read))!, reader);
        return value.Type == member.ClrType ? value : Expression.Convert(value, member.ClrType);
    }

    /// <summary>The default of a field that the writer lacks, made anew each time.</summary>
    private static object Default(AvroField field, MemberModel member, TypeBinder binder, string place) =>
        DefaultBytes.TryMake(field, out var bytes)
            ? TypeBinder.Make(
                typeof(DefaultDecoder<>), [member.ClrType], bytes, binder.Decoder(member.Shape, SchemaResolver.Resolve(field.Schema, field.Schema), place))
            : TypeBinder.Make(typeof(RefusalDecoder<>), [member.ClrType], DefaultBytes.Refusal(field));

    private static MemberInitExpression New(TypeModel model, Dictionary<MemberModel, ParameterExpression> locals)
    {
        var made = model.Constructor is { } constructor
            ? Expression.New(constructor, constructor.GetParameters().Select(p => locals[model.Members.First(m => m.Parameter == p)]))
            : Expression.New(typeof(T));
        return Expression.MemberInit(
            made, model.Members.Where(m => m.Parameter is null).Select(m => Expression.Bind(m.Member, locals[m])));
    }
}
