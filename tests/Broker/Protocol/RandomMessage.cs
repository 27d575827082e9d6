using System.Collections;
using System.Reflection;
using System.Text;
using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Tests.Protocol;

/// <summary>Messages with random content in every field, made by reflection from a seed.</summary>
internal static class RandomMessage
{
    /// <summary>Every request and response, with the API that it belongs to.</summary>
    public static IReadOnlyList<(Type Type, ApiDescription Api)> All { get; } =
    [
        .. typeof(IApiMessage).Assembly.GetTypes()
            .Where(t => t.IsClass && t.IsAssignableTo(typeof(IApiMessage)))
            .OrderBy(t => t.Name, StringComparer.Ordinal)
            .Select(t => (t, ApiTable.Get((ApiKey)t.GetProperty(nameof(IApiMessage.Api))!.GetValue(null)!))),
    ];

    /// <summary>A structure of a type.</summary>
    public static IWireStruct Create(Type type, Random random)
    {
        var message = Activator.CreateInstance(type)!;
        foreach (var property in type.GetProperties(BindingFlags.Instance | BindingFlags.Public))
            property.SetValue(message, Value(property.PropertyType, random));
        return (IWireStruct)message;
    }

    /// <summary>A structure's bytes.</summary>
    public static byte[] Encode(IWireStruct message, short version, bool flexible)
    {
        using var frame = new FrameWriter();
        var writer = Wire.Writer(frame, version, flexible);
        message.Walk(ref writer);
        return frame.ToArray();
    }

    private static object Value(Type type, Random random)
    {
        if (type == typeof(string))
            return Text(random);
        if (type == typeof(byte[]))
            return Bytes(random);
        if (type == typeof(RecordData))
            return new RecordData(Bytes(random));
        if (type == typeof(Guid))
            return new Guid([.. Enumerable.Range(0, 16).Select(_ => (byte)random.Next(256))]);
        if (type == typeof(bool))
            return random.Next(2) == 1;
        if (type.IsEnum)
            return Enum.ToObject(type, (short)random.Next(short.MinValue, short.MaxValue));
        if (type == typeof(sbyte))
            return (sbyte)random.Next(sbyte.MinValue, sbyte.MaxValue);
        if (type == typeof(short))
            return (short)random.Next(short.MinValue, short.MaxValue);
        if (type == typeof(int))
            return random.Next(int.MinValue, int.MaxValue);
        if (type == typeof(long))
            return random.NextInt64(long.MinValue, long.MaxValue);
        if (!type.IsGenericType)
            return Create(type, random);

        var list = (IList)Activator.CreateInstance(type)!;
        for (var i = random.Next(4); i > 0; i--)
            list.Add(Value(type.GenericTypeArguments[0], random));
        return list;
    }

    private static byte[] Bytes(Random random)
    {
        var bytes = new byte[random.Next(8) == 0 ? random.Next(3000) : random.Next(10)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static string Text(Random random)
    {
        var text = new StringBuilder();
        for (var i = random.Next(12); i > 0; i--)
            text.Append("aZ9-_.äЖ語"[random.Next(9)]);
        return text.ToString();
    }
}
