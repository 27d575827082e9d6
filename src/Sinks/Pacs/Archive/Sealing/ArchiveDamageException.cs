namespace MedStreams.Sinks.Pacs.Archive;

/// <summary>A stored file is not what was stored.</summary>
internal sealed class ArchiveDamageException : Exception
{
    public ArchiveDamageException()
    {
    }

    public ArchiveDamageException(string message)
        : base(message)
    {
    }

    public ArchiveDamageException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Damage at a place.</summary>
    /// <param name="what">What is wrong, to follow the word "file:".</param>
    /// <param name="position">The byte of the stored file, from 0.</param>
    public ArchiveDamageException(string what, long position)
        : this($"{what} (byte {position})")
    {
    }
}
