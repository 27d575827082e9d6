using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MedStreams.Local;

namespace MedStreams.Support.Servers;

/// <summary>FTP servers that serve a folder: Debian's pyftpdlib, which can be made to fail, and vsftpd.</summary>
internal static class FtpServers
{
    /// <summary>Who may read from pyftpdlib, and the password.</summary>
    public const string User = "u";

    public const string Password = "p w";

    private const string VsftpdProgram = "/usr/sbin/vsftpd";

    /// <summary>Starts pyftpdlib; the head of <c>ftp_server.py</c> names its settings.</summary>
    public static Task<Peer> PyFtpAsync(string served, string log, params string[] settings)
    {
        Assert.SkipUnless(Directory.Exists("/usr/lib/python3/dist-packages/pyftpdlib"), "python3-pyftpdlib is not installed");
        var script = Path.Combine(AppContext.BaseDirectory, "Servers", "ftp_server.py");
        return Peer.StartAsync("/usr/bin/python3", port => [script, served, $"{port}", .. settings], log);
    }

    /// <summary>Starts vsftpd for anonymous readers; what it serves may not be written by them.</summary>
    /// <param name="served">The folder.</param>
    /// <param name="work">A folder for its own files and its log.</param>
    /// <param name="certificate">A file with certificate and key, where it encrypts.</param>
    public static async Task<Peer> VsftpdAsync(string served, string work, string? certificate)
    {
        Assert.SkipUnless(File.Exists(VsftpdProgram) && Environment.UserName == "root", "vsftpd is not installed, or this is not root, which it needs");
        await CommandLineTool.RunAsync("chmod", ["555", served]);
        var empty = Directory.CreateDirectory(Path.Combine(work, "empty")).FullName;
        var configuration = Path.Combine(work, "vsftpd.conf");
        return await Peer.StartAsync(
            VsftpdProgram,
            port =>
            {
                File.WriteAllText(configuration, string.Join('\n', Lines(port, served, empty, certificate)) + "\n");
                return [configuration];
            },
            Path.Combine(work, "vsftpd.log"));
    }

    /// <summary>Makes a certificate for a server.</summary>
    /// <returns>The file with it and its key, and its SHA-256.</returns>
    public static (string File, string Sha256) Certificate(string folder)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=ftp", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        var file = Path.Combine(folder, "server.pem");
        File.WriteAllText(file, certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n", Encoding.ASCII);
        return (file, certificate.GetCertHashString(HashAlgorithmName.SHA256));
    }

    private static List<string> Lines(int port, string served, string empty, string? certificate)
    {
        var lines = new List<string>
        {
            "listen=YES", $"listen_port={port}", $"listen_address={IPAddress.Loopback}", "background=NO", "anonymous_enable=YES", "local_enable=NO",
            $"anon_root={served}", $"secure_chroot_dir={empty}", "seccomp_sandbox=NO", "isolate_network=NO", "isolate=NO", "xferlog_enable=NO", "pasv_enable=YES",
        };
        if (certificate is not null)
            lines.AddRange(["ssl_enable=YES", "allow_anon_ssl=YES", "force_anon_data_ssl=YES", "force_anon_logins_ssl=YES", $"rsa_cert_file={certificate}", "ssl_ciphers=HIGH"]);
        return lines;
    }
}
