using System.Security.Cryptography.X509Certificates;
using MedStreams.Dicom.Network;
using MedStreams.Support;

namespace MedStreams.Dicom.Tests.Network.Peers;

/// <summary>An authority, a certificate of our node and one of a peer; also as files, as programs want them.</summary>
internal sealed class SecureNodes : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("medstreams-dicom-tls-");
    private readonly TestCertificates _authority = TestCertificates.Create("hospital");
    private readonly TestCertificates _stranger = TestCertificates.Create("stranger");

    public SecureNodes()
    {
        (Ours, Theirs, Strange) = (_authority.Node("ours"), _authority.Node("theirs"), _stranger.Node("strange"));
        AuthorityFile = Write("authority.pem", _authority.AuthorityPem);
        (KeyFile, CertificateFile) = Write("theirs", Theirs);
        (StrangeKeyFile, StrangeCertificateFile) = Write("strange", Strange);
    }

    public X509Certificate2 Ours { get; }

    public X509Certificate2 Theirs { get; }

    /// <summary>Signed by an authority that nobody here knows.</summary>
    public X509Certificate2 Strange { get; }

    public X509Certificate2Collection Authorities => [_authority.Authority];

    public string AuthorityFile { get; }

    public string KeyFile { get; }

    public string CertificateFile { get; }

    public string StrangeKeyFile { get; }

    public string StrangeCertificateFile { get; }

    /// <summary>What DCMTK's programs are told.</summary>
    public string[] Dcmtk => ["+tls", KeyFile, CertificateFile, "+cf", AuthorityFile];

    public DicomServer Serve(DicomHandlers handlers, bool isPeerProven = true) =>
        TestNetwork.Serve(handlers, o => o with { Tls = DicomTls.Provider(Ours, Authorities, isPeerProven) });

    /// <summary>A peer on this machine, called as it should be.</summary>
    public DicomPeer Peer(string title, int port) => new(title, "127.0.0.1", port) { Tls = DicomTls.User("127.0.0.1", Ours, Authorities) };

    public void Dispose()
    {
        foreach (var certificate in (X509Certificate2[])[Ours, Theirs, Strange])
            certificate.Dispose();
        _authority.Dispose();
        _stranger.Dispose();
        _folder.Delete(recursive: true);
    }

    private (string Key, string Certificate) Write(string name, X509Certificate2 certificate) => (
        Write($"{name}.key", certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()),
        Write($"{name}.crt", certificate.ExportCertificatePem()));

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
