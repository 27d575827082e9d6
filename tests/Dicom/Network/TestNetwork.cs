using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using MedStreams.Dicom.Network;

namespace MedStreams.Dicom.Tests.Network;

/// <summary>What these tests share.</summary>
internal static class TestNetwork
{
    public const string SecondaryCapture = "1.2.840.10008.5.1.4.1.1.7";

    public static DicomNetworkOptions Options { get; } = new()
    {
        AeTitle = "TESTER",
        AssociationTimeout = TimeSpan.FromSeconds(20),
        StallTimeout = TimeSpan.FromSeconds(20),
        ResponseTimeout = TimeSpan.FromSeconds(30),
    };

    public static DicomServer Serve(DicomHandlers handlers, Func<DicomServerOptions, DicomServerOptions>? change = null)
    {
        var options = new DicomServerOptions { Address = IPAddress.Loopback, Port = 0, Network = Options with { AeTitle = "SERVER" } };
        return DicomServer.Start(change?.Invoke(options) ?? options, handlers);
    }

    public static DicomPeer Peer(this DicomServer server) => new("SERVER", "127.0.0.1", server.EndPoint.Port);

    public static Task<DicomAssociation> OpenAsync(DicomPeer peer, params IReadOnlyList<ContextRequest> contexts) =>
        DicomAssociation.OpenAsync(peer, contexts, Options, cancellationToken: TestContext.Current.CancellationToken);

    public static ContextRequest Of(string sopClass, TransferSyntax? syntax = null) => new(sopClass, syntax ?? TransferSyntax.ExplicitLittleEndian);
}

/// <summary>Keeps what it takes.</summary>
internal sealed class KeepingHandler : IStoreHandler
{
    public ConcurrentQueue<(IncomingInstance Instance, byte[] DataSet)> Taken { get; } = new();

    public DimseStatus Answer { get; set; } = DimseStatus.Success;

    public async Task<DimseStatus> StoreAsync(IncomingInstance instance, CancellationToken cancellationToken)
    {
        var bytes = new MemoryStream();
        await instance.DataSet.CopyToAsync(bytes, cancellationToken);
        Taken.Enqueue((instance, bytes.ToArray()));
        return Answer;
    }
}

/// <summary>A real file, cut into what C-STORE sends.</summary>
internal sealed record SampleFile(string Path, string SopClass, string SopInstance, string Study, TransferSyntax Syntax, byte[] DataSet)
{
    /// <summary>Implicit, while its meta information says JPEG: those who take it apart as explicit, as DCMTK does, wait for bytes that never come.</summary>
    public bool IsMislabelled => Path.EndsWith("SC_rgb_jpeg.dcm", StringComparison.Ordinal);

    /// <summary>What arrives of it: a deflated one is padded to an even length.</summary>
    public IEnumerable<byte> Sent => DataSet.Length % 2 == 0 ? DataSet : DataSet.Append((byte)0);

    public string Digest => Convert.ToHexStringLower(SHA256.HashData(DataSet));

    /// <summary>Those of pydicom's files that say what they are.</summary>
    public static async Task<IReadOnlyList<SampleFile>> AllAsync()
    {
        var samples = new List<SampleFile>();
        foreach (var path in Foreign.ForeignFiles.All)
        {
            var bytes = await File.ReadAllBytesAsync(path);
            try
            {
                var file = await DicomFile.ReadAsync(new MemoryStream(bytes));
                if (file.MetaInformation?.Text(Tags.TransferSyntaxUid) is not null
                    && file.DataSet.Text(Tags.SopClassUid) is { } sopClass
                    && file.DataSet.Text(Tags.SopInstanceUid) is { } sopInstance
                    && file.DataSet.Text(Tags.StudyInstanceUid) is { } study
                    && Uids.IsStorageClass(sopClass)
                    && !samples.Exists(s => s.SopInstance == sopInstance))
                {
                    samples.Add(new SampleFile(path, sopClass, sopInstance, study, file.Syntax, bytes[(int)HeaderLength(bytes)..]));
                }
            }
            catch (DicomException)
            {
                // One of the broken ones, which other tests are about.
            }
        }

        return samples;
    }

    /// <summary>Preamble, and as long a group 2 as its length says; found by walking it, since some files tell a wrong length.</summary>
    private static long HeaderLength(byte[] bytes)
    {
        var at = 132;
        while (bytes[at] == 2 && bytes[at + 1] == 0)
        {
            var isLong = bytes[at + 4] == 'O' || (bytes[at + 4] == 'U' && bytes[at + 5] is (byte)'N' or (byte)'T');
            at += isLong ? 12 + BitConverter.ToInt32(bytes, at + 8) : 8 + BitConverter.ToUInt16(bytes, at + 6);
        }

        return at;
    }
}

/// <summary>Keeps reports of commitments.</summary>
internal sealed class KeepingReports : ICommitmentReportHandler
{
    public ConcurrentQueue<CommitmentReport> Came { get; } = new();

    public Task<DimseStatus> ReportAsync(CommitmentReport report, CancellationToken cancellationToken)
    {
        Came.Enqueue(report);
        return Task.FromResult(DimseStatus.Success);
    }
}
