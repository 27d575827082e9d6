using MedStreams.Cli.Configuration;
using MedStreams.Cli.Running.Migration.Settings;
using MedStreams.Dicom.Network;
using MedStreams.Dicom.Pacs;

namespace MedStreams.Cli.Running.Migration;

/// <summary>What both PACS are made from, and what they share: the spool, and one receiver for what old and new PACS send to us.</summary>
internal sealed class PeerContext : IAsyncDisposable
{
    private readonly Lazy<DicomReceiver> _receiver;
    private readonly SpoolFolder _folder;

    public PeerContext(EffectiveSettings settings, CliEnvironment environment)
    {
        (Settings, WorkingDirectory, Variables) = (settings, environment.WorkingDirectory, environment.Variables);
        _receiver = new Lazy<DicomReceiver>(() => DicomReceiver.Start(settings));
        _folder = SpoolFolder.Create(FullPath(settings.Get(MigrationSettings.SpoolDirectory)));
        Spool = new Spool(_folder.Path, settings.Get(MigrationSettings.SpoolBytes));
    }

    public EffectiveSettings Settings { get; }

    public string WorkingDirectory { get; }

    /// <summary>Environment variables.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; }

    /// <summary>Where objects rest between old and new PACS.</summary>
    public Spool Spool { get; }

    /// <summary>Where old and new PACS send to us; it listens from the first use on.</summary>
    /// <exception cref="CliException">The address cannot be listened at.</exception>
    public DicomReceiver Receiver => _receiver.Value;

    /// <summary>A path of the settings.</summary>
    public string FullPath(string path) => Path.GetFullPath(path, WorkingDirectory);

    /// <summary>How this side behaves as a DICOM node.</summary>
    public DicomNetworkOptions Network => new() { AeTitle = Settings.Get(MigrationSettings.AeTitle) };

    public async ValueTask DisposeAsync()
    {
        if (_receiver.IsValueCreated)
            await _receiver.Value.DisposeAsync();
        _folder.Dispose();
    }
}
