using System.Globalization;

namespace MedStreams.Broker.Storage;

/// <summary>The types of configuration values, by their numbers in DescribeConfigs.</summary>
internal enum ConfigType : sbyte
{
    Boolean = 1,
    Text = 2,
    Int32 = 3,
    Int64 = 5,
    Double = 6,
    List = 7,
    Password = 9,
}

/// <summary>A configuration of topics or of the broker.</summary>
/// <param name="Name">Kafka's name.</param>
/// <param name="Type">The type of its values.</param>
/// <param name="Default">Kafka's default; null when it has none.</param>
internal sealed record ConfigRule(string Name, ConfigType Type, string? Default)
{
    /// <summary>The smallest number.</summary>
    public double Minimum { get; init; } = double.NegativeInfinity;

    /// <summary>The largest number.</summary>
    public double Maximum { get; init; } = double.PositiveInfinity;

    /// <summary>A number between the two that is not allowed, or null.</summary>
    public int? Except { get; init; }

    /// <summary>The texts that are allowed, alone or, in a list, together; empty when any is.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>The form that the whole text must have; null when it may have any.</summary>
    public Predicate<string>? Form { get; init; }

    /// <summary>Whether a value is one that this configuration may have.</summary>
    public bool Allows(string value) => Form?.Invoke(value) is not false && Type switch
    {
        ConfigType.Boolean => bool.TryParse(value, out _),
        ConfigType.Int32 => int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && IsWithin(number),
        ConfigType.Int64 => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && IsWithin(number),
        ConfigType.Double => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && IsWithin(number),
        ConfigType.List => Split(value).All(IsKnown),
        _ => IsKnown(value),
    };

    /// <summary>An allowed value as Kafka shows it: without blanks around it and within lists.</summary>
    public string Show(string value) => Type switch
    {
        ConfigType.Boolean => bool.Parse(value) ? "true" : "false",
        ConfigType.Int32 or ConfigType.Int64 => long.Parse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture),
        ConfigType.List => string.Join(',', Split(value)),
        _ => value,
    };

    /// <summary>The elements of a list.</summary>
    public static string[] Split(string list) =>
        list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private bool IsWithin(double number) => number >= Minimum && number <= Maximum && number != Except;

    private bool IsKnown(string value) => Values.Count == 0 || Values.Contains(value);
}
