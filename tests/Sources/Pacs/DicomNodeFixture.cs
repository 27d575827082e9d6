using System.Net;
using MedStreams.Dicom.Network;
using MedStreams.Dicom.Network.Nodes;
using MedStreams.Dicom.Pacs;
using MedStreams.Local;
using MedStreams.Support.Peers;
using MedStreams.Support.Volume;

namespace MedStreams.Sources.Tests.Pacs;

/// <summary>Two old PACS full of the same examinations, Orthanc and dcmqrscp, and our receiver, which both know.</summary>
public sealed class DicomNodeFixture : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("medstreams-node-").FullName;
    private PrivateOrthanc? _orthanc;
    private Dcmqrscp? _dcmqrscp;
    private DicomServer? _server;

    internal GeneratedVolume Volume { get; } = GeneratedVolume.Of(new VolumeOptions { Instances = 150, FilmBytes = 200_000 });

    /// <summary>What dcmqrscp takes of it: uncompressed ones.</summary>
    internal GeneratedVolume Plain { get; } = GeneratedVolume.Of(new VolumeOptions { Instances = 60, Seed = 2, FilmBytes = 200_000 });

    internal Spool Spool { get; private set; } = null!;

    internal MoveReceiver Receiver { get; } = new("RECEIVER");

    internal DicomNode Orthanc { get; private set; } = null!;

    internal DicomNode Dcmqrscp { get; private set; } = null!;

    /// <summary>Which instances of <see cref="Plain"/> dcmqrscp has taken.</summary>
    internal IReadOnlySet<string> Taken { get; private set; } = new HashSet<string>();

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(PrivateOrthanc.FindProgram() is null || !Support.Peers.Dcmqrscp.IsInstalled, "Orthanc or DCMTK are not installed");
        Spool = new Spool(Path.Combine(_folder, "spool"));
        var network = new DicomNetworkOptions { AeTitle = "RECEIVER" };
        _server = DicomServer.Start(new DicomServerOptions { Address = IPAddress.Loopback, Port = 0, Network = network }, new DicomHandlers { Store = Receiver });
        _orthanc = await PrivateOrthanc.StartAsync(options: new OrthancOptions
        {
            Configuration = new Dictionary<string, object>
            {
                ["DicomModalities"] = new Dictionary<string, object> { ["receiver"] = new object[] { "RECEIVER", "127.0.0.1", _server.EndPoint.Port } },
                ["DefaultEncoding"] = "Utf8",
            },
        });
        await _orthanc.LoadAsync(Volume);
        Orthanc = new DicomNode("orthanc", new DicomPeer(PrivateOrthanc.AeTitle, "127.0.0.1", _orthanc.DicomPort), network);
        _dcmqrscp = await Support.Peers.Dcmqrscp.StartAsync(new Dictionary<string, int> { ["RECEIVER"] = _server.EndPoint.Port });
        Dcmqrscp = new DicomNode("dcmqrscp", new DicomPeer(Support.Peers.Dcmqrscp.AeTitle, "127.0.0.1", _dcmqrscp.Port), network);
        Taken = await Dcmqrscp.StoreAsync(Plain);
    }

    public async ValueTask DisposeAsync()
    {
        if (_orthanc is not null)
            await _orthanc.DisposeAsync();
        if (_dcmqrscp is not null)
            await _dcmqrscp.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
