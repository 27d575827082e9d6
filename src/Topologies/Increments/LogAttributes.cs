using System.Collections;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MedStreams.Topologies.Increments;

/// <summary>A name and a value.</summary>
/// <param name="Name">The name.</param>
/// <param name="Value">The value.</param>
public readonly record struct LogAttribute(string Name, string Value);

/// <summary>A few names and values, in order. Immutable; safe for use by several threads. In JSON an object.</summary>
[JsonConverter(typeof(JsonForm))]
public sealed class LogAttributes : IReadOnlyList<LogAttribute>, IEquatable<LogAttributes>
{
    private readonly LogAttribute[] _items;

    /// <summary>Attributes in the given order.</summary>
    public LogAttributes(params ReadOnlySpan<LogAttribute> items) => _items = items.ToArray();

    /// <summary>None.</summary>
    public static LogAttributes Empty { get; } = new();

    /// <inheritdoc/>
    public int Count => _items.Length;

    /// <inheritdoc/>
    public LogAttribute this[int index] => _items[index];

    /// <summary>The value of the first attribute of that name; null where there is none.</summary>
    public string? this[string name]
    {
        get
        {
            foreach (var item in _items)
            {
                if (item.Name == name)
                    return item.Value;
            }

            return null;
        }
    }

    /// <inheritdoc/>
    public IEnumerator<LogAttribute> GetEnumerator() => ((IEnumerable<LogAttribute>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Equal names and values in equal order.</summary>
    public bool Equals(LogAttributes? other) => other is not null && _items.AsSpan().SequenceEqual(other._items);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as LogAttributes);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var item in _items)
            hash.Add(item);
        return hash.ToHashCode();
    }

    internal sealed class JsonForm : JsonConverter<LogAttributes>
    {
        public override LogAttributes Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
                throw new JsonException();
            var items = new List<LogAttribute>(4);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                reader.Read();
                if (reader.TokenType != JsonTokenType.String)
                    throw new JsonException();
                items.Add(new(name, reader.GetString()!));
            }

            return items.Count == 0 ? Empty : new([.. items]);
        }

        public override void Write(Utf8JsonWriter writer, LogAttributes value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            foreach (var item in value._items)
                writer.WriteString(item.Name, item.Value);
            writer.WriteEndObject();
        }
    }
}
