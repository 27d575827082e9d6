namespace MedStreams.Serialization.Registry;

/// <summary>What may be done to a subject.</summary>
internal enum RegistryMode
{
    /// <summary>Everything but giving ids.</summary>
    ReadWrite,

    /// <summary>Nothing is changed.</summary>
    ReadOnly,

    /// <summary>Nothing is changed anywhere, whatever subjects say.</summary>
    ReadOnlyOverride,

    /// <summary>Schemas come with their ids, and are not compared with others.</summary>
    Import,
}

internal static class RegistryModes
{
    private static readonly string[] Names = ["READWRITE", "READONLY", "READONLY_OVERRIDE", "IMPORT"];

    public static string Name(RegistryMode mode) => Names[(int)mode];

    public static bool TryParse(string? name, out RegistryMode mode)
    {
        var index = Array.FindIndex(Names, known => known.Equals(name, StringComparison.OrdinalIgnoreCase));
        mode = (RegistryMode)Math.Max(index, 0);
        return index >= 0;
    }
}
