using System.Text;

namespace MedStreams.Sources.Pacs.Ftp;

/// <summary>Which FTP server is read, and how.</summary>
public sealed record FtpStoreOptions
{
    /// <summary>The server's name or address.</summary>
    public required string Host { get; init; }

    /// <summary>Its port. Default 21.</summary>
    public int Port { get; init; } = 21;

    /// <summary>The account. Default <c>anonymous</c>.</summary>
    public string User { get; init; } = "anonymous";

    /// <summary>Its password.</summary>
    public string Password { get; init; } = "";

    /// <summary>The folders that may be read, absolute on the server. Default all that the account sees.</summary>
    public IReadOnlyList<string> Roots { get; init; } = ["/"];

    /// <summary>Whether connections are encrypted after AUTH TLS (RFC 4217), data connections too. Default not.</summary>
    public bool UsesTls { get; init; }

    /// <summary>
    /// SHA-256 of the server's certificate, in hexadecimal, for one that no authority has signed, as is usual within a house; null: an authority must have.
    /// </summary>
    public string? CertificateSha256 { get; init; }

    /// <summary>
    /// How names are written on the server. Default UTF-8; older servers of Chinese systems have GBK (<c>GB18030</c> reads it).
    /// </summary>
    public Encoding NameEncoding { get; init; } = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    /// <summary>How many connections are open at a time at most, at least 1: servers limit them. Default 4.</summary>
    public int Connections { get; init; } = 4;

    /// <summary>How long connecting, and the answer to a command, may take. Default 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For how long a connection that rests is used again. Default 1 minute: servers close them.</summary>
    public TimeSpan RestLimit { get; init; } = TimeSpan.FromMinutes(1);

    internal bool IsValid => Host.Length > 0 && Port is > 0 and < 65536 && Connections >= 1 && Timeout > TimeSpan.Zero && RestLimit >= TimeSpan.Zero
        && Roots.Count > 0 && Roots.All(r => r.StartsWith('/')) && !HasLineEnd(User) && !HasLineEnd(Password);

    internal static bool HasLineEnd(string text) => text.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0;
}
