using System.Net;
using System.Net.Security;

namespace MedStreams.Dicom.Network;

/// <summary>How a DICOM server behaves. Immutable.</summary>
public sealed record DicomServerOptions
{
    /// <summary>Title, limits and clock. <see cref="DicomNetworkOptions.ResponseTimeout"/> is how long an association may be idle.</summary>
    public DicomNetworkOptions Network { get; init; } = new();

    /// <summary>The address that is listened on. Default: all of this machine.</summary>
    public IPAddress Address { get; init; } = IPAddress.Any;

    /// <summary>The port; 0: a free one. Default: 11112.</summary>
    public int Port { get; init; } = 11112;

    /// <summary>TLS; null: in the clear. Default: null.</summary>
    public SslServerAuthenticationOptions? Tls { get; init; }

    /// <summary>How many associations there may be at once; more are rejected for now. At least 1, default 64.</summary>
    public int MaxAssociations { get; init; } = 64;

    /// <summary>Whether those who call another title than this side's are rejected. Default: yes.</summary>
    public bool ChecksCalledAe { get; init; } = true;

    /// <summary>The titles that may call; null: all. Default: null.</summary>
    public IReadOnlySet<string>? CallingAes { get; init; }

    /// <summary>
    /// Whether a user may call (PS3.7 section D.3.3.7); null is who names itself not at all, or by a ticket that is not known here. Called from any thread; must not throw.
    /// Null: whoever calls may. Default: null.
    /// </summary>
    public Func<DicomUser?, bool>? AdmitsUser { get; init; }

    /// <summary>Which classes are taken by C-STORE. Default: the storage classes of the standard.</summary>
    public Func<string, bool> TakesClass { get; init; } = Uids.IsStorageClass;

    /// <summary>Which transfer syntaxes are taken by C-STORE. Default: all, since data sets are kept as they come.</summary>
    public Func<string, bool> TakesSyntax { get; init; } = static _ => true;

    /// <summary>How long what is under way may take when the server stops. Default: 10 s.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(10);
}
