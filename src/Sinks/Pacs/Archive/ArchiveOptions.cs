namespace MedStreams.Sinks.Pacs.Archive;

/// <summary>How the built-in archive works.</summary>
public sealed record ArchiveOptions
{
    /// <summary>The PostgreSQL database of its index, as Npgsql takes it.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>The folder of its object files: on one file system, the same for all processes that use the index.</summary>
    public required string Folder { get; init; }

    /// <summary>What it is called in reports and logs; default <c>archive</c>.</summary>
    public string Name { get; init; } = "archive";

    /// <summary>What happens to an object under a UID that is known with other content; default: it is an error.</summary>
    public ArchiveConflictPolicy Conflicts { get; init; } = ArchiveConflictPolicy.Error;

    /// <summary>How new objects are compressed; default: not. Objects that are compressed as images are stored as they are.</summary>
    public ArchiveCompression Compression { get; init; } = ArchiveCompression.None;

    /// <summary>The keys; default none, nothing is encrypted.</summary>
    public ArchiveKeyRing Keys { get; init; } = ArchiveKeyRing.Empty;

    /// <summary>Whether its tables are made and brought up to date; default true. False where the role may not, and a person does it.</summary>
    public bool ApplyMigrations { get; init; } = true;

    /// <summary>Most connections; default 20, from 2 to 10,000.</summary>
    public int MaxConnections { get; init; } = 20;

    /// <summary>Time to connect; default 5 s, from 1 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time for one statement; default 60 s, from 1 s. Making a study of many thousand objects visible is a few statements.</summary>
    public TimeSpan StatementTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The clock of left-over files; default the system's.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentException">A value is outside its range; the text names it.</exception>
    public void Validate()
    {
        Require(!string.IsNullOrWhiteSpace(ConnectionString), nameof(ConnectionString), "The archive's index needs a connection string.");
        Require(!string.IsNullOrWhiteSpace(Folder), nameof(Folder), "The archive needs a folder.");
        Require(!string.IsNullOrWhiteSpace(Name), nameof(Name), "The archive needs a name.");
        Require(MaxConnections is >= 2 and <= 10_000, nameof(MaxConnections), "The archive needs 2 to 10,000 connections.");
        Require(ConnectTimeout >= TimeSpan.FromSeconds(1), nameof(ConnectTimeout), "The archive's connections need at least 1 s.");
        Require(StatementTimeout >= TimeSpan.FromSeconds(1), nameof(StatementTimeout), "The archive's statements need at least 1 s.");
    }

    private static void Require(bool holds, string option, string message)
    {
        if (!holds)
            throw new ArgumentException(message, option);
    }
}

/// <summary>What happens to an object under a UID that the archive knows with another digest. It is recorded in any case.</summary>
public enum ArchiveConflictPolicy
{
    /// <summary>It is refused (<see cref="Dicom.Pacs.PacsFailure.Conflict"/>), and with it the study.</summary>
    Error,

    /// <summary>The old one stays; the study is stored with it, and the note says so.</summary>
    KeepOld,

    /// <summary>The new one is stored as the next version; the old version is kept and can be had by its number.</summary>
    Replace,
}

/// <summary>How stored bytes are compressed. The numbers stand in files.</summary>
public enum ArchiveCompression
{
    /// <summary>Not.</summary>
    None = 0,

    /// <summary>zlib (RFC 1950).</summary>
    ZLib = 1,

    /// <summary>Brotli (RFC 7932).</summary>
    Brotli = 2,
}
