using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MedStreams.Cli.Configuration;

/// <summary>Reads the PEM files that settings name; who is at fault is told by the setting's key.</summary>
internal static class PemFiles
{
    /// <summary>The certificates of a file, in their order; at least one.</summary>
    /// <exception cref="CliException">The file cannot be read or holds none.</exception>
    public static X509Certificate2Collection Certificates(Setting setting, string file)
    {
        var found = new X509Certificate2Collection();
        try
        {
            found.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw CliException.Usage($"{setting.Key}: {file} cannot be read: {e.Message}");
        }

        return found.Count > 0 ? found : throw CliException.Usage($"{setting.Key}: {file} holds no certificate in PEM");
    }

    /// <summary>The first certificate of a file with its private key, and the others, up to the root.</summary>
    /// <exception cref="CliException">A file cannot be read, or the key is not the certificate's.</exception>
    public static (X509Certificate2 Certificate, X509Certificate2Collection Chain) Own(
        Setting certificate, string certificateFile, Setting key, string keyFile)
    {
        var chain = Certificates(certificate, certificateFile);
        chain.RemoveAt(0);
        try
        {
            return (X509Certificate2.CreateFromPemFile(certificateFile, keyFile), chain);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw CliException.Usage($"{key.Key}: {keyFile} holds no key in PEM for the certificate of {certificateFile}");
        }
    }
}
