namespace MedStreams.Streams.Runtime;

/// <summary>The name that an instance goes by on the ring, kept in its state folder so that it is the same after a restart.</summary>
internal static class InstanceName
{
    private const string FileName = "instance-id";

    /// <summary>Forgets the name: the next start makes another.</summary>
    public static void Delete(string folder) => File.Delete(Path.Combine(folder, FileName));

    /// <summary>The name in the folder; a new random one, made durable, where there is none. The folder must be locked.</summary>
    public static string ReadOrMake(string folder)
    {
        var file = Path.Combine(folder, FileName);
        if (File.Exists(file) && File.ReadAllText(file) is { Length: > 0 } known)
            return known;
        var made = Guid.NewGuid().ToString("N");
        var temporary = file + ".new";
        using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write))
        {
            stream.Write(System.Text.Encoding.ASCII.GetBytes(made));
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, file, overwrite: true);
        return made;
    }
}
