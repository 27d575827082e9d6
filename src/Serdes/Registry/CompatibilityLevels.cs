namespace MedStreams.Serialization.Registry;

/// <summary>The names of compatibility levels in the registry's interface.</summary>
internal static class CompatibilityLevels
{
    private static readonly string[] Names =
        ["NONE", "BACKWARD", "BACKWARD_TRANSITIVE", "FORWARD", "FORWARD_TRANSITIVE", "FULL", "FULL_TRANSITIVE"];

    public static string Name(CompatibilityLevel level) => Names[(int)level];

    public static bool TryParse(string? name, out CompatibilityLevel level)
    {
        var index = Array.FindIndex(Names, known => known.Equals(name, StringComparison.OrdinalIgnoreCase));
        level = (CompatibilityLevel)Math.Max(index, 0);
        return index >= 0;
    }
}
