using MedStreams.Streams;

namespace MedStreams.Golden.Tests.Streams;

/// <summary>What the topologies of the vectors do with values, as their Java sources do it.</summary>
internal static class Text
{
    /// <summary>The number in a value; a missing value counts as 0.</summary>
    public static long Number(string? value) => value is null ? 0 : long.Parse(value);

    public static string? Of(long? value) => value?.ToString();

    public static string Both(object? left, object? right) => $"{left ?? "null"}+{right ?? "null"}";

    public static string OrNull(string? value) => value ?? "null";

    public static string Show(Windowed<string> windowed) =>
        $"{windowed.Key}@{windowed.Window.Start}-{windowed.Window.End}";
}
