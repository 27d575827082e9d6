namespace MedStreams.Support;

/// <summary>The real HL7 messages of <see cref="Repository.Data"/>.</summary>
public static class RealMessages
{
    /// <summary>The paths of all files, in the order of their names.</summary>
    /// <exception cref="InvalidOperationException">There are none on this machine; the text says what to do.</exception>
    public static IReadOnlyList<string> Files()
    {
        var folder = Path.Combine(Repository.Data, "hl7");
        string[] files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.hl7") : [];
        return files.Length > 0
            ? [.. files.Order(StringComparer.Ordinal)]
            : throw new InvalidOperationException($"{folder} holds no HL7 messages: name the folder of the real data in MEDSTREAMS_DATA.");
    }

    /// <summary>The bytes of the file of that name.</summary>
    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(Repository.Data, "hl7", name));
}
