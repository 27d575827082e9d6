using System.Linq.Expressions;

namespace MedStreams.Serialization.Avro;

internal interface IRecordEncoder
{
    /// <summary>Works out how instances are written; once, before the first use.</summary>
    void Compile(RecordSchema schema, TypeModel model, TypeBinder binder);
}

/// <summary>Writes a class as a record, by code that is compiled for the pair of class and schema.</summary>
internal sealed class RecordEncoder<T>(string place) : Encoder<T>, IRecordEncoder
{
    private WriteFields? _write;

    private delegate void WriteFields(ref AvroWriter writer, T value);

    public override void Write(ref AvroWriter writer, T value)
    {
        if (value is null)
            throw Unwritable.Null(place);
        writer.Enter();
        _write!(ref writer, value);
        writer.Leave();
    }

    public void Compile(RecordSchema schema, TypeModel model, TypeBinder binder)
    {
        var writer = Expression.Parameter(typeof(AvroWriter).MakeByRefType(), "writer");
        var value = Expression.Parameter(typeof(T), "value");
        var body = new List<Expression>();
        foreach (var field in schema.Fields)
        {
            var at = $"{schema.Name}.{field.Name}";
            var member = model.Members.FirstOrDefault(m => m.Name == field.Name);
            body.Add(member is null
                ? Default(writer, field, model)
                : Field(writer, Expression.MakeMemberAccess(value, member.Member), binder.Encoder(member.Shape, field.Schema, at)));
        }

        if (model.Members.FirstOrDefault(m => schema.Field(m.Name) is null) is { } lost)
            throw new AvroSchemaException($"{model.Type}.{lost.ClrName} would be lost: {schema.Name} has no field {lost.Name}. Mark it [AvroIgnore] if that is meant.");
        body.Add(Expression.Empty());
        _write = Expression.Lambda<WriteFields>(Expression.Block(body), writer, value).Compile();
    }

    private static MethodCallExpression Field(ParameterExpression writer, MemberExpression value, object encoder)
    {
        return ((IDirect)encoder).Direct is { } direct
            ? Expression.Call(writer, direct, value)
            : Expression.Call(Expression.Constant(encoder), encoder.GetType().GetMethod(nameof(Write))!, writer, value);
    }

    /// <summary>A field of the schema that the class lacks is written as its default.</summary>
    private static MethodCallExpression Default(ParameterExpression writer, AvroField field, TypeModel model)
    {
        if (!DefaultBytes.TryMake(field, out var bytes))
            throw new AvroSchemaException($"{model.Type} has nothing for the field {field.Name}, which has no default.");
        return Expression.Call(DefaultWriter.Method, writer, Expression.Constant(bytes));
    }
}

/// <summary>Writes bytes that are the same each time.</summary>
internal static class DefaultWriter
{
    public static System.Reflection.MethodInfo Method { get; } = typeof(DefaultWriter).GetMethod(nameof(Write))!;

    public static void Write(ref AvroWriter writer, byte[] bytes) => writer.WriteRaw(bytes);
}
