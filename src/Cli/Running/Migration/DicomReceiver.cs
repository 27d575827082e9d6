using System.Net.Sockets;
using MedStreams.Cli.Configuration;
using MedStreams.Cli.Running.Migration.Settings;
using MedStreams.Dicom.Network;
using MedStreams.Dicom.Network.Nodes;

namespace MedStreams.Cli.Running.Migration;

/// <summary>This program as a DICOM node: takes instances that a C-MOVE sends, and reports on storage commitments.</summary>
internal sealed class DicomReceiver : IAsyncDisposable
{
    private readonly DicomServer _server;

    private DicomReceiver(DicomServer server, MoveReceiver moved, CommitmentInbox commitments) => (_server, Moved, Commitments) = (server, moved, commitments);

    /// <summary>Gives what comes to the fetch that waits for it.</summary>
    public MoveReceiver Moved { get; }

    /// <summary>Where reports on storage commitments come.</summary>
    public CommitmentInbox Commitments { get; }

    /// <summary>Listens.</summary>
    /// <exception cref="CliException">The address cannot be listened at.</exception>
    public static DicomReceiver Start(EffectiveSettings settings)
    {
        var (listen, title) = (settings.Get(MigrationSettings.Listen), settings.Get(MigrationSettings.AeTitle));
        var (moved, commitments) = (new MoveReceiver(title), new CommitmentInbox());
        try
        {
            var server = DicomServer.Start(
                new DicomServerOptions { Network = new DicomNetworkOptions { AeTitle = title }, Address = listen.Address(), Port = listen.Port },
                new DicomHandlers { Store = moved, CommitmentReports = commitments });
            return new DicomReceiver(server, moved, commitments);
        }
        catch (SocketException e)
        {
            throw CliException.Usage($"{listen} cannot be listened at for DICOM: {e.Message} ({SettingsCatalog.Section}:{MigrationSettings.Listen.Key})");
        }
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
