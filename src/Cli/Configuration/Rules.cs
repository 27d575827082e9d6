using System.Globalization;

namespace MedStreams.Cli.Configuration;

/// <summary>The rules that settings use.</summary>
internal static class Rules
{
    private static readonly (string Suffix, double Milliseconds)[] Units =
        [("ms", 1), ("s", 1000), ("min", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

    public static Rule<string> Text { get; } = new("a text that is not empty", (string text, out string value) =>
    {
        value = text;
        return !string.IsNullOrWhiteSpace(text);
    });

    public static Rule<bool> Switch { get; } = new("true or false", bool.TryParse);

    /// <summary>One address to listen at: <c>127.0.0.1:9092</c>.</summary>
    public static Rule<Endpoint> Endpoint { get; } = new("HOST:PORT with a port of 0 to 65535", Configuration.Endpoint.TryParse);

    /// <summary>Addresses of brokers, as librdkafka takes them.</summary>
    public static Rule<string> Endpoints { get; } = new("HOST:PORT, several with commas between", (string text, out string value) =>
    {
        value = text;
        return text.Length > 0 && text.Split(',').All(part => Configuration.Endpoint.TryParse(part.Trim(), out var at) && at.Port > 0);
    });

    /// <summary>A name that Kafka takes for a topic.</summary>
    public static Rule<string> TopicName { get; } =
        new("1 to 249 letters, digits, dots, underscores or hyphens", (string text, out string value) =>
        {
            value = text;
            return text.Length is > 0 and <= 249 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
        });

    public static Rule<int> Integer(int least, int most = int.MaxValue) =>
        new(most == int.MaxValue ? $"a whole number of {least} or more" : $"a whole number from {least} to {most}",
            (string text, out int value) =>
                int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)
                && value >= least && value <= most);

    public static Rule<long> Bytes(long least) =>
        new($"a number of bytes, {least} or more", (string text, out long value) =>
            long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least);

    /// <summary>A time span: a number with its unit.</summary>
    public static Rule<TimeSpan> Duration(TimeSpan least, TimeSpan? most = null) =>
        new($"a time {(most is { } limit ? $"from {Show(least)} to {Show(limit)}" : $"of {Show(least)} or more")}, as in 500 ms, 10 s, 5 min, 2 h, 7 d",
            (string text, out TimeSpan value) =>
                TryReadDuration(text, out value) && value >= least && (most is null || value <= most));

    /// <summary>One of several words, in any case.</summary>
    public static Rule<T> OneOf<T>(params (string Word, T Value)[] choices) =>
        new(string.Join(", ", choices.Select(c => c.Word)), (string text, out T value) =>
        {
            foreach (var choice in choices)
            {
                if (choice.Word.Equals(text, StringComparison.OrdinalIgnoreCase))
                {
                    value = choice.Value;
                    return true;
                }
            }

            value = default!;
            return false;
        });

    /// <summary>Several values of a kind, with commas between.</summary>
    public static Rule<IReadOnlyList<T>> ListOf<T>(string allowed, TryRead<T> tryRead) =>
        new($"{allowed}; several with commas between", (string text, out IReadOnlyList<T> value) =>
        {
            var read = new List<T>();
            value = read;
            foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
            {
                if (!tryRead(part, out var one))
                    return false;
                read.Add(one);
            }

            return true;
        });

    private static string Show(TimeSpan span) => span.TotalSeconds switch
    {
        < 1 => $"{span.TotalMilliseconds} ms",
        < 60 => $"{span.TotalSeconds} s",
        >= 86_400 when span.TotalDays % 1 == 0 => $"{span.TotalDays} d",
        _ => $"{span.TotalMinutes} min",
    };

    private static bool TryReadDuration(string text, out TimeSpan value)
    {
        value = default;
        var digits = text.TakeWhile(c => char.IsAsciiDigit(c) || c == '.').Count();
        if (!double.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            return false;
        var suffix = text[digits..].Trim();
        foreach (var unit in Units)
        {
            if (!unit.Suffix.Equals(suffix, StringComparison.Ordinal))
                continue;
            var milliseconds = number * unit.Milliseconds;
            if (milliseconds > int.MaxValue * 1000.0)
                return false;
            value = TimeSpan.FromMilliseconds(milliseconds);
            return true;
        }

        return false;
    }
}
