namespace MedStreams.Sources.Pacs.Ftp;

/// <summary>What a server answers (RFC 959 section 4.2).</summary>
/// <param name="Code">Three digits.</param>
/// <param name="Text">The last line without them.</param>
internal readonly record struct FtpReply(int Code, string Text)
{
    /// <summary>More is to come (1yz).</summary>
    public bool IsPreliminary => Code / 100 == 1;

    /// <summary>Done (2yz).</summary>
    public bool IsDone => Code / 100 == 2;

    /// <summary>Go on (3yz).</summary>
    public bool IsIntermediate => Code / 100 == 3;
}
