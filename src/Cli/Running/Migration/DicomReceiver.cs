using System.Net.Sockets;
using MedStreams.Cli.Configuration;
using MedStreams.Cli.Running.Migration.Settings;
using MedStreams.Dicom.Network;
using MedStreams.Dicom.Network.Nodes;

namespace MedStreams.Cli.Running.Migration;

/// <summary>This program as a DICOM node: takes instances that a C-MOVE sends.</summary>
internal sealed class DicomReceiver : IAsyncDisposable
{
    private readonly DicomServer _server;

    private DicomReceiver(DicomServer server, MoveReceiver moved) => (_server, Moved) = (server, moved);

    /// <summary>Gives what comes to the fetch that waits for it.</summary>
    public MoveReceiver Moved { get; }

    /// <summary>Listens.</summary>
    /// <exception cref="CliException">The address cannot be listened at.</exception>
    public static DicomReceiver Start(EffectiveSettings settings)
    {
        var (listen, title) = (settings.Get(MigrationSettings.Listen), settings.Get(MigrationSettings.AeTitle));
        var moved = new MoveReceiver(title);
        try
        {
            var server = DicomServer.Start(
                new DicomServerOptions { Network = new DicomNetworkOptions { AeTitle = title }, Address = listen.Address(), Port = listen.Port },
                new DicomHandlers { Store = moved });
            return new DicomReceiver(server, moved);
        }
        catch (SocketException e)
        {
            throw CliException.Usage($"{listen} cannot be listened at for DICOM: {e.Message} ({SettingsCatalog.Section}:{MigrationSettings.Listen.Key})");
        }
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
