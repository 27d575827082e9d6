namespace MedStreams.Dicom.Network;

/// <summary>How this side behaves on the DICOM network. Immutable.</summary>
public sealed record DicomNetworkOptions
{
    /// <summary>This side's application entity title, 1 to 16 characters of the basic repertoire. Default: MEDSTREAMS.</summary>
    public string AeTitle { get; init; } = "MEDSTREAMS";

    /// <summary>The longest P-DATA-TF that this side takes, in bytes, at least 4,096; 0: any. Default: 256 KiB.</summary>
    public uint MaxPduLength { get; init; } = 256 << 10;

    /// <summary>How long a connection may take. Default: 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the peer may think about an association, and about its end. Default: 30 s.</summary>
    public TimeSpan AssociationTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a peer may stop in the middle of a message, when it sends and when it takes one. Default: 60 s.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the next message may take to begin: a response, or, as provider, a request. Default: 5 min.</summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Who this is. Default: MedStreams.</summary>
    public Implementation Implementation { get; init; } = Implementation.MedStreams;

    /// <summary>The clock of all limits. Default: the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Whether Nagle's algorithm and delayed acknowledgements are off; else they are as the system has them, for measuring.</summary>
    internal bool IsFast { get; init; } = true;

    /// <summary>Throws where a value is out of its range.</summary>
    /// <exception cref="ArgumentException">The message names the option.</exception>
    public void Validate()
    {
        CheckAeTitle(AeTitle);
        Check(nameof(MaxPduLength), MaxPduLength is 0 or >= 4096, "0, or at least 4096");
        Check(nameof(ConnectTimeout), ConnectTimeout > TimeSpan.Zero, "longer than nothing");
        Check(nameof(AssociationTimeout), AssociationTimeout > TimeSpan.Zero, "longer than nothing");
        Check(nameof(StallTimeout), StallTimeout > TimeSpan.Zero, "longer than nothing");
        Check(nameof(ResponseTimeout), ResponseTimeout > TimeSpan.Zero, "longer than nothing");
        static void Check(string name, bool isRight, string range)
        {
            if (!isRight)
                throw new ArgumentException($"{name} must be {range}.", name);
        }
    }

    /// <summary>Throws where a text is no AE title (PS3.5 section 6.2, VR AE).</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static void CheckAeTitle(string title)
    {
        if (title.Trim().Length is 0 or > 16 || title.Any(c => c is < ' ' or > '~' or '\\'))
            throw new ArgumentException($"'{title}' is no AE title: 1 to 16 characters, no backslash, no letters beyond ASCII.", nameof(title));
    }
}
