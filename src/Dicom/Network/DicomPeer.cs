using System.Net.Security;

namespace MedStreams.Dicom.Network;

/// <summary>A DICOM node.</summary>
/// <param name="AeTitle">Its application entity title, at most 16 characters.</param>
/// <param name="Host">Its name or address.</param>
/// <param name="Port">Its port.</param>
public sealed record DicomPeer(string AeTitle, string Host, int Port)
{
    /// <summary>TLS towards it; null: in the clear. Default: null.</summary>
    public SslClientAuthenticationOptions? Tls { get; init; }

    /// <summary>Who asks, where it wants to know; null: nobody is named. Default: null.</summary>
    public DicomUser? User { get; init; }

    /// <summary>As <c>AE@host:port</c>.</summary>
    public override string ToString() => $"{AeTitle}@{Host}:{Port}";
}

/// <summary>A user of a peer (PS3.7 section D.3.3.7): a name, with or without a password.</summary>
/// <param name="Name">The name.</param>
/// <param name="Password">The password; null: none is sent.</param>
public sealed record DicomUser(string Name, string? Password)
{
    /// <summary>The name only.</summary>
    public override string ToString() => Name;
}
